"""What comes next is read while what is here is worked on."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from engine.clock import CheckCancelled
from engine.contract.errors import ShotInvalid
from engine.reading_ahead import read_ahead


def test_everything_comes_in_order() -> None:
    assert list(read_ahead(lambda item, check: item * item, range(5), lambda: None)) == [0, 1, 4, 9, 16]
    assert list(read_ahead(lambda item, check: item, [], lambda: None)) == []


def test_the_next_is_read_while_the_first_is_worked_on_and_no_more() -> None:
    read = [threading.Event() for _ in range(3)]
    with closing(read_ahead(lambda item, check: read[item].set(), range(3), lambda: None)) as found:
        next(found)
        assert read[1].wait(5) and not read[2].wait(0.1)


def test_what_cannot_be_read_is_said_when_its_turn_comes() -> None:
    def fail_at_two(item: int, check: CheckCancelled) -> int:
        if item == 2:
            raise ShotInvalid("damaged", "")
        return item

    found = read_ahead(fail_at_two, range(4), lambda: None)
    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(ShotInvalid, match="damaged"):
        next(found)


def test_who_leaves_early_does_not_wait_for_the_next_to_be_read() -> None:
    reading, checks = threading.Event(), []

    def read_for_ever(item: int, check: CheckCancelled) -> int:
        while item:
            reading.set()
            checks.append(check())
        return item

    with closing(read_ahead(read_for_ever, range(2), lambda: None)) as found:
        next(found)
        assert reading.wait(5)
    assert checks and "reading ahead_0" not in {thread.name for thread in threading.enumerate()}
