"""What is told of UVs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.contract.following import Following
from engine.contract.shot import ShotObject, read_shot
from engine.contract.uv_warnings import MOST_NAMED, is_final, uv_warnings


def leaves(count: int, uv: str = "made") -> tuple[ShotObject, ...]:
    return tuple(ShotObject(number + 1, f"{number:05}", f"Leaf {number:05}", uv=uv) for number in range(count))


def test_a_crowd_is_not_told_one_by_one() -> None:
    warnings = list(uv_warnings([*leaves(10_000), ShotObject(10_001, "wall", "Wall", uv="artist")]))
    assert len(warnings) == MOST_NAMED + 1
    assert warnings[0] == "'Leaf 00000' has no UV map: one was made"
    assert warnings[-1] == ("9992 more objects, from 'Leaf 00008' to 'Leaf 09999': each has no UV map: one was made")
    assert [is_final(warning) for warning in warnings] == [True] * MOST_NAMED + [False]


def test_instances_are_told_once() -> None:
    assert len(list(uv_warnings(replace(leaf, name="Leaf") for leaf in leaves(5)))) == 1


def test_what_was_told_of_fewer_objects_is_told_anew(example_shot: Path, tmp_path: Path) -> None:
    told: tuple[str, ...] = ("'Smoke' is left out",)
    for count in (3, 9, 12):
        shot = replace(read_shot(example_shot), objects=leaves(12)[-count:], warnings=told)
        told = Following(tmp_path).warnings(shot)
    assert told == Following(tmp_path).warnings(replace(shot, warnings=("'Smoke' is left out",)))
    assert len(told) == MOST_NAMED + 2
