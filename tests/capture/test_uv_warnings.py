"""What is told of UVs."""

from __future__ import annotations

from addon.capture.uv_warnings import MOST_NAMED, uv_warnings


def test_a_crowd_is_not_told_one_by_one() -> None:
    warnings = list(uv_warnings({f"'Leaf {index:05}'": "made" for index in range(10_000)} | {"'Wall'": "artist"}))
    assert len(warnings) == MOST_NAMED + 1
    assert warnings[0] == "'Leaf 00000' has no UV map: one was made"
    assert warnings[-1] == ("9992 more objects, from 'Leaf 00008' to 'Leaf 09999': each has no UV map: one was made")
