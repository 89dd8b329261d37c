"""Islands side by side in the unit square."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.capture.packing import pack_islands


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 9), st.floats(0.01, 9)), min_size=1, max_size=40))
def test_boxes_lie_apart_in_the_unit_square_at_one_scale(sizes: list[tuple[float, float]]) -> None:
    corners = np.array(sizes)[:, None] * [[0, 0], [1, 1]]
    packed = pack_islands((corners + 3).reshape(-1, 2), np.repeat(np.arange(len(sizes)), 2)).reshape(-1, 2, 2)
    assert packed.min() >= 0
    assert packed.max() <= 1
    scale = (packed[:, 1] - packed[:, 0]) / np.array(sizes)
    assert np.allclose(scale, scale[0, 0], rtol=1e-2)
    assert lie_apart(packed)


def lie_apart(boxes: np.ndarray) -> bool:
    low, high = boxes[:, None, 0], boxes[None, :, 1]
    apart = (low >= high).any(axis=-1)
    return bool((apart | apart.T | np.eye(len(boxes), dtype=bool)).all())


def test_boxes_that_are_hardly_higher_than_the_next_lie_apart_and_waste_little() -> None:
    sizes = np.stack([np.ones(1500), np.random.default_rng(0).permutation(np.linspace(0.1, 1, 1500))], axis=1)
    corners = (sizes[:, None] * [[0, 0], [1, 1]]).reshape(-1, 2)
    packed = pack_islands(corners, np.repeat(np.arange(1500), 2)).reshape(-1, 2, 2)
    assert lie_apart(packed)
    assert (packed[:, 1] - packed[:, 0]).prod(axis=1).sum() > 0.75


def test_many_equal_boxes_waste_little() -> None:
    corners = np.tile(np.array([[0.0, 0.0], [1.0, 1.0]]), (1000, 1))
    packed = pack_islands(corners, np.repeat(np.arange(1000), 2)).reshape(-1, 2, 2)
    assert (packed[:, 1] - packed[:, 0]).prod(axis=1).sum() > 0.75


def test_no_islands_are_packed_to_none() -> None:
    assert pack_islands(np.empty((0, 2)), np.empty(0, int)).shape == (0, 2)
