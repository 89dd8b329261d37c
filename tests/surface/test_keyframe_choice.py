"""Keyframes see as much of the surfaces as they can, and lie apart in time."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.surface.cells import NO_CELL
from engine.surface.keyframe_choice import GAIN_STEPS, covering_keyframes, spread_keyframes
from engine.surface.layer_cells import LayerCells

Shown = Mapping[int, float]
"""The cells of a frame, and the cosines at which it sees them."""


def layer(shown: Shown) -> LayerCells:
    cells, cosine = np.array([list(shown)], np.int64), np.array([list(shown.values())], np.float32)
    return LayerCells(cells, np.ones_like(cosine), cosine)


def frames(*cells: str) -> dict[int, LayerCells]:
    """Frames 1, 2 … that see cells by their letters, at a right angle."""
    return {number: layer({ord(letter): 1.0 for letter in seen}) for number, seen in enumerate(cells, start=1)}


def slow_choice(candidates: Mapping[int, Shown], count: int) -> tuple[int, ...]:
    """By dictionaries and sets."""
    chosen: list[int] = []
    covered: set[int] = set()
    while len(chosen) < min(count, len(candidates)):
        merits = []
        for frame, shown in candidates.items():
            gain = sum(round(np.float32(cosine) * GAIN_STEPS) for cell, cosine in shown.items() if cell not in covered)
            apart = min([abs(frame - other) for other in chosen], default=0)
            merits.append((gain, apart, -frame) if frame not in chosen else (-1, 0, 0))
        chosen.append(-max(merits)[2])
        covered |= set(candidates[chosen[-1]])
    return tuple(chosen)


cells_seen = st.dictionaries(st.integers(0, 9), st.sampled_from([0.25, 0.5, 1.0]), min_size=1, max_size=6)


@given(st.dictionaries(st.integers(-20, 99), cells_seen, min_size=1, max_size=6), st.integers(1, 7))
def test_the_choice_equals_its_slow_twin(candidates: dict[int, Shown], count: int) -> None:
    shown = {frame: layer(cells) for frame, cells in candidates.items()}
    assert covering_keyframes(shown, count) == slow_choice(candidates, count)


def test_each_keyframe_adds_what_the_ones_before_do_not_see() -> None:
    assert covering_keyframes(frames("abc", "abcd", "ef", "abce"), 2) == (2, 3)


def test_a_surface_seen_from_ahead_is_worth_more_than_one_at_an_angle() -> None:
    candidates = {1: layer({1: 0.3, 2: 0.3}), 2: layer({1: 0.9}), 3: layer({1: 0.1})}
    assert covering_keyframes(candidates, 1) == (2,)


def test_a_cell_in_many_pixels_counts_once() -> None:
    one = LayerCells(np.full((3, 3), 5), *np.ones((2, 3, 3), np.float32))
    assert covering_keyframes({1: one, 2: layer({1: 1.0, 2: 1.0})}, 1) == (2,)


def test_frames_that_add_nothing_are_taken_far_from_the_others() -> None:
    assert covering_keyframes(frames("a", "a", "a", "a", "a"), 4) == (1, 5, 3, 2)


@pytest.mark.parametrize("count", [3, 4, 99])
def test_more_keyframes_than_frames_are_all_frames(count: int) -> None:
    assert sorted(covering_keyframes(frames("a", "b", "c"), count)) == [1, 2, 3]
    assert spread_keyframes([4, 6, 9], count) == (4, 6, 9)


def test_a_clip_of_only_background_is_spread() -> None:
    nothing = {frame: layer({NO_CELL: 0.0}) for frame in range(16, 0, -1)}
    assert covering_keyframes(nothing, 3) == spread_keyframes(range(1, 17), 3) == (3, 9, 14)


def test_spread_frames_are_the_middles_of_equal_parts() -> None:
    assert spread_keyframes(range(9), 3) == (1, 4, 7)
    assert spread_keyframes([5], 3) == (5,)
    assert spread_keyframes(range(100), 1) == (50,)
