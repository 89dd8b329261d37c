"""Rasterising against loops over every triangle and every cell."""

import numpy as np
import pytest

from engine.surface.rasterising import rasterise
from engine.surface.texels import make_texels, points_at

SQUARE_UV = np.array([[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]], np.float32)
SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
SQUARE_TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def slow_cells(corners: np.ndarray, side: int) -> set[tuple[int, int, int]]:
    """Triangle, column and row of every cell whose centre is on the same side of all three edges."""
    found = set()
    for number, triangle in enumerate(corners):
        for column in range(-side, 2 * side):
            for row in range(-side, 2 * side):
                turns = []
                for corner in range(3):
                    (ax, ay), (bx, by) = triangle[corner], triangle[(corner + 1) % 3]
                    turns.append((bx - ax) * (row + 0.5 - ay) - (by - ay) * (column + 0.5 - ax))
                if min(turns) >= 0 or max(turns) <= 0:
                    found.add((number, column, row))
    return found


def test_the_cells_of_triangles_are_those_that_a_loop_finds() -> None:
    corners = np.random.default_rng(0).uniform(-4, 12, (20, 3, 2))
    cover = rasterise(corners)
    assert {*zip(cover.triangle.tolist(), cover.column.tolist(), cover.row.tolist(), strict=True)} == slow_cells(
        corners, 12
    )


def test_barycentric_weights_lead_to_the_centre_of_the_cell() -> None:
    corners = np.random.default_rng(1).uniform(0, 50, (30, 3, 2))
    cover = rasterise(corners)
    centres = (cover.barycentric[..., None] * corners[cover.triangle]).sum(axis=1)
    np.testing.assert_allclose(centres, np.stack([cover.column, cover.row], axis=-1) + 0.5, atol=1e-9)


def test_a_triangle_without_area_covers_nothing() -> None:
    assert len(rasterise(np.array([[[0.5, 0.5], [3.5, 3.5], [7.5, 7.5]]])).triangle) == 0


@pytest.mark.parametrize("side", [1, 7, 64])
def test_triangles_that_fill_the_square_have_every_texel_once(side: int) -> None:
    texels = make_texels(SQUARE_UV, side)
    assert sorted((texels.row * side + texels.column).tolist()) == [*range(side * side)]


def test_a_texel_lies_on_the_surface_where_its_uv_says() -> None:
    texels = make_texels(SQUARE_UV, 32)
    vertices = np.column_stack([SQUARE * 3, SQUARE[:, 0]]).astype(np.float32)  # x = 3u, y = 3v, z = u
    u, v = (texels.column + 0.5) / 32, (texels.row + 0.5) / 32
    np.testing.assert_allclose(
        texels.positions(vertices, SQUARE_TRIANGLES), np.stack([3 * u, 3 * v, u], axis=-1), atol=1e-6
    )


def test_the_areas_of_all_texels_are_the_area_of_the_surface() -> None:
    texels = make_texels(SQUARE_UV, 50)
    vertices = np.column_stack([SQUARE * [3, 2], np.zeros(4)])
    assert texels.areas(vertices, SQUARE_TRIANGLES, SQUARE_UV).sum() == pytest.approx(6.0, rel=1e-5)


def test_tiles_go_on_where_one_ends() -> None:
    texels = make_texels(SQUARE_UV + np.float32([3, 1]), 10)
    assert (texels.column.min(), texels.column.max(), texels.row.min()) == (30, 39, 10)


def test_a_texel_is_found_by_its_uv_and_beside_it_but_not_further() -> None:
    texels = make_texels(SQUARE_UV, 10)
    uv = np.array([[0.55, 0.25], [1.05, 0.95], [1.25, 0.5]])
    found = texels.find(uv)
    assert (texels.column[found[0]], texels.row[found[0]]) == (5, 2)
    assert (texels.column[found[1]], texels.row[found[1]]) == (9, 9)
    assert found[2] == -1


def test_the_point_at_a_uv_is_interpolated_between_the_corners() -> None:
    corners = np.array([[[0.0, 0, 0], [4, 0, 1], [0, 4, 2]]])
    uv = np.array([[[0.0, 0], [1, 0], [0, 1]]])
    np.testing.assert_allclose(points_at(np.array([[0.25, 0.5]]), corners, uv), [[1, 2, 1.25]])
