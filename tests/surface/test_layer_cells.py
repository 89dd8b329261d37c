"""What layers of the network show: the majority object of the pixels under them, and its most frequent cell."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.surface.cells import NO_CELL
from engine.surface.layer_cells import LayerCells, layer_cells, pixel_view_cosine
from engine.surface.passes import FramePasses
from tests.surface.noise_scenes import camera, orthographic, turn

Pixel = tuple[int, int, float]
"""Object id, cell, cosine."""


def random_frame(seed: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Few objects, few cells: with many ties."""
    random = np.random.default_rng(seed)
    object_id = random.integers(0, 3, (height, width)).astype(np.int32)
    cells = np.where(object_id > 0, object_id * 10 + random.integers(0, 3, (height, width)), NO_CELL)
    cells[random.random((height, width)) < 0.2] = NO_CELL
    return object_id, cells, random.random((height, width)).astype(np.float32)


def slow_layer_pixel(pixels: Sequence[Pixel]) -> tuple[int, float, float]:
    """Cell, visibility and view cosine, pixel by pixel."""
    shown = lowest_of_most([object_id for object_id, _, _ in pixels])
    of_object = [pixel for pixel in pixels if pixel[0] == shown]
    cell = lowest_of_most([cell for _, cell, _ in of_object])
    if shown == 0:
        return cell, 0.0, 0.0
    return cell, len(of_object) / len(pixels), sum(cosine for _, _, cosine in of_object) / len(of_object)


def lowest_of_most(numbers: Sequence[int]) -> int:
    counts = Counter(numbers)
    return min(counts, key=lambda number: (-counts[number], number))


@given(st.integers(0, 999), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 2, 3, 4]))
def test_layers_equal_their_slow_twin(seed: int, height: int, width: int, stride: int) -> None:
    frame = random_frame(seed, height, width)
    layer = layer_cells(*frame, stride)
    assert layer.shape == (-(-height // stride), -(-width // stride))
    for row, column in np.ndindex(layer.shape):
        under = np.s_[row * stride : (row + 1) * stride, column * stride : (column + 1) * stride]
        pixels = list(zip(*(each[under].ravel().tolist() for each in frame), strict=True))
        found = layer.cells[row, column], layer.visibility[row, column], layer.view_cosine[row, column]
        assert found == pytest.approx(slow_layer_pixel(pixels), abs=1e-6)


@pytest.mark.parametrize(("stride", "shape"), [(8, (60, 90)), (16, (30, 45)), (32, (15, 23)), (64, (8, 12))])
def test_layers_of_a_720_by_480_frame_have_the_networks_sizes(stride: int, shape: tuple[int, int]) -> None:
    object_id = np.ones((480, 720), np.int32)
    assert layer_cells(object_id, object_id.astype(np.int64), object_id.astype(np.float32), stride).shape == shape


def test_an_object_in_several_cells_beats_a_cell_with_more_pixels() -> None:
    object_id = np.array([[1, 1, 1], [1, 1, 2], [2, 2, 2]], np.int32)
    cells = np.array([[10, 11, 12], [13, 14, 20], [20, 20, 20]])
    layer = layer_cells(object_id, cells, np.ones((3, 3), np.float32), 3)
    assert layer.cells.tolist() == [[10]]
    assert layer.visibility.item() == pytest.approx(5 / 9)


def test_the_background_counts_as_an_object() -> None:
    object_id = np.array([[0, 0], [0, 1]], np.int32)
    layer = layer_cells(object_id, np.where(object_id > 0, 7, NO_CELL), np.ones((2, 2), np.float32), 2)
    assert (layer.cells.item(), layer.visibility.item(), layer.view_cosine.item()) == (NO_CELL, 0, 0)


def test_pixels_without_a_cell_count_for_their_object() -> None:
    object_id = np.array([[1, 1], [1, 2]], np.int32)
    layer = layer_cells(object_id, np.array([[NO_CELL, NO_CELL], [5, 9]]), np.ones((2, 2), np.float32), 2)
    assert (layer.cells.item(), layer.visibility.item()) == (NO_CELL, 0.75)


def facing(normal: Sequence[float], size: int = 9) -> FramePasses:
    ones = np.ones((size, size), np.float32)
    normals = np.tile(np.asarray(normal, np.float32), (size, size, 1))
    return FramePasses(ones, np.zeros((size, size, 2), np.float32), ones.astype(np.int32), normals)


@pytest.mark.parametrize("degrees", [0, 30, 60, 90])
def test_the_cosine_is_that_of_the_angle_between_normal_and_line_of_sight(degrees: int) -> None:
    turned = turn(1, 40)
    normal = np.array([np.sin(np.radians(degrees)), 0, -np.cos(np.radians(degrees))]) @ turned
    seen = pixel_view_cosine(facing(normal), camera(turned=turned, size=9))
    assert seen[4, 4] == pytest.approx(np.cos(np.radians(degrees)), abs=1e-6)
    parallel = pixel_view_cosine(facing(-normal), orthographic(metres=2, size=9))
    np.testing.assert_allclose(parallel, abs(normal[2]), atol=1e-6)


def test_a_wall_is_seen_at_an_angle_beside_the_middle() -> None:
    seen = pixel_view_cosine(facing([0, 0, -1]), camera(focal=0.5, size=9))
    column = np.arange(9) + 0.5
    np.testing.assert_allclose(seen[4], np.cos(np.arctan2(column - 4.5, 4.5)), atol=1e-6)


def test_background_and_bad_normals_have_no_cosine() -> None:
    passes = facing([0, 0, 1])
    passes.object_id[0], passes.normal[1] = 0, np.nan
    passes.depth[0], passes.normal[0] = np.inf, np.nan
    seen = pixel_view_cosine(passes, camera(size=9))
    assert (seen[:2] == 0).all()
    assert (seen[2:] > 0.7).all()


def test_layer_cells_are_checked_when_they_are_made() -> None:
    right = np.ones((2, 2), np.float32)
    with pytest.raises(ValueError, match=r"view_cosine: expected \(2, 2\) float32"):
        LayerCells(np.ones((2, 2), np.int64), right, np.ones((2, 1), np.float32))
    with pytest.raises(ValueError, match="cells: expected"):
        LayerCells(np.ones((2, 2), np.int32), right, right)
