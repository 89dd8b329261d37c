"""Means over samples that come frame by frame."""

import pytest

from engine.score.measure import Series


def test_a_frame_that_is_added_twice_is_the_mean_of_both() -> None:
    series = Series()
    series.add(1, total=2, weight=1)
    series.add(1, total=12, weight=3)
    series.add(2, total=1, weight=1)
    assert series.per_frame == {1: 3.5, 2: 1}
    assert series.mean == pytest.approx(3)
