"""Reads what comes next while what is here is worked on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

from engine.clock import CheckCancelled
from engine.contract.errors import Cancelled

Item = TypeVar("Item")
Found = TypeVar("Found")


def read_ahead(
    read: Callable[[Item, CheckCancelled], Found], items: Iterable[Item], check_cancelled: CheckCancelled
) -> Generator[Found]:
    """What `read` makes of each item, in order; the one after is read in a thread meanwhile.

    Raises what `read` raises, when its turn comes. To be closed by who leaves it early: then the thread ends at its
    next check.
    """
    is_left = Event()

    def check() -> None:
        check_cancelled()
        if is_left.is_set():
            raise Cancelled("nobody waits for what is read")

    with ThreadPoolExecutor(1, "reading ahead") as thread:
        futures = (thread.submit(read, item, check) for item in items)
        try:
            future = next(futures, None)
            while future is not None:
                found = future.result()
                future = next(futures, None)
                yield found
        finally:
            is_left.set()
