"""UV islands against a slow twin, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.capture.islands import uv_islands


def slow_islands(vertices: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Every pair of triangles is looked at; joined ones take the lower label until nothing changes."""
    labels = list(range(len(vertices)))
    changed = True
    while changed:
        changed = False
        for one in range(len(vertices)):
            for other in range(len(vertices)):
                if labels[other] > labels[one] and touch(vertices, uv, one, other):
                    labels[other] = labels[one]
                    changed = True
    first = {label: index for index, label in enumerate(sorted(set(labels)))}
    return np.array([first[label] for label in labels])


def touch(vertices: np.ndarray, uv: np.ndarray, one: int, other: int) -> bool:
    return any(
        vertices[one, a] == vertices[other, b] and np.array_equal(uv[one, a], uv[other, b])
        for a in range(3)
        for b in range(3)
    )


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 12))
def test_islands_equal_those_of_the_slow_twin(data: st.DataObject, count: int) -> None:
    corners = st.lists(st.integers(0, 6), min_size=3 * count, max_size=3 * count)
    vertices = np.array(data.draw(corners), np.int32).reshape(-1, 3)
    texels = np.array(data.draw(corners), np.float32).reshape(-1, 3) / 7
    uv = np.stack([texels, -texels], axis=-1)
    assert np.array_equal(uv_islands(vertices, uv), slow_islands(vertices, uv))


def test_a_seam_parts_what_the_mesh_joins() -> None:
    vertices = np.array([[0, 1, 2], [2, 1, 3]], np.int32)
    joined = np.array([[[0, 0], [1, 0], [0, 1]], [[0, 1], [1, 0], [1, 1]]], np.float32)
    parted = joined + np.array([0.0, 5.0], np.float32)[:, None, None]
    assert uv_islands(vertices, joined).tolist() == [0, 0]
    assert uv_islands(vertices, parted).tolist() == [0, 1]


@pytest.mark.parametrize("place", [0.0, 1 / 4096, 0.5 / 4096, 0.123])
def test_rounding_errors_part_nothing_wherever_they_lie(place: float) -> None:
    vertices = np.array([[0, 1, 2], [0, 3, 4]], np.int32)
    uv = np.random.default_rng(0).random((2, 3, 2)).astype(np.float32)
    uv[0, 0], uv[1, 0] = place - 1e-6, place + 1e-6
    assert uv_islands(vertices, uv).tolist() == [0, 0]


def test_a_long_strip_is_one_island() -> None:
    vertices = np.stack([np.arange(5000) + step for step in range(3)], axis=1).astype(np.int32)
    uv = np.stack([vertices / 7, vertices % 5], axis=-1).astype(np.float32)
    shuffled = np.random.default_rng(1).permutation(len(vertices))
    assert uv_islands(vertices[shuffled], uv[shuffled]).max() == 0


def test_no_triangles_have_no_islands() -> None:
    assert uv_islands(np.empty((0, 3), np.int32), np.empty((0, 3, 2), np.float32)).shape == (0,)
