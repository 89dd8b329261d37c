"""Which UVs a mesh is captured with, and how good those are that are made."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.capture.connectivity import twice_areas
from addon.capture.islands import uv_islands
from addon.capture.uv_choice import ARTIST, MADE, REPACKED, REPLACED, BareMesh, UvLayer, choose_layer
from addon.capture.uv_uniqueness import texture_areas
from tests.capture.uv_meshes import (
    bent,
    copies,
    cube,
    flat_uv,
    mesh_of_quads,
    noisy_ball,
    random_quads,
    sheet,
    times_covered,
    torus_knot,
)

ROUNDING = 1e-6
"""Of the texture's side: 32-bit UVs are rounded, so triangles side by side may overlap by that."""


def islands(mesh: BareMesh, layer: UvLayer) -> int:
    return int(uv_islands(mesh.corner_vertices[mesh.corners], layer.corner_uv[mesh.corners]).max()) + 1


def densities(mesh: BareMesh, layer: UvLayer) -> np.ndarray:
    """Texture area per surface area of each triangle."""
    points = mesh.vertices[mesh.corner_vertices[mesh.corners]].astype(np.float64)
    return np.abs(texture_areas(layer.corner_uv[mesh.corners])) / np.linalg.norm(twice_areas(points), axis=1) * 2


def is_unique_in_the_unit_square(mesh: BareMesh, layer: UvLayer, size: int = 1000) -> bool:
    uv = layer.corner_uv[mesh.corners]
    return times_covered(uv, size, ROUNDING).max() == 1 and uv.min() >= 0 and uv.max() <= 1


def ball() -> BareMesh:
    return noisy_ball(48, 24, noise=0)


def spiral_ramp() -> BareMesh:
    """Four turns, one above the other."""
    mesh = sheet(160, 3)
    around, radius = mesh.vertices[:, 0] * (2 * np.pi / 40), 1 + mesh.vertices[:, 1]
    return bent(mesh, np.cos(around) * radius, np.sin(around) * radius, around * 0.1)


def bumpy_ramp() -> BareMesh:
    """A turn and a half, with bumps that are higher than it rises: every cut at one height makes crumbs."""
    mesh = sheet(120, 3)
    around, radius = mesh.vertices[:, 0] * (2 * np.pi / 80), 4 + mesh.vertices[:, 1]
    return bent(mesh, np.cos(around) * radius, np.sin(around) * radius, around * 0.05 + 0.25 * np.sin(around * 10))


def octagonal_tube() -> BareMesh:
    """Its sides look along the axes or exactly between two of them."""
    mesh = sheet(8, 3)
    around = (mesh.vertices[:, 0] + 0.5) * (np.pi / 4)
    return bent(mesh, np.cos(around), np.sin(around), mesh.vertices[:, 1])


def stairs() -> BareMesh:
    """Treads of a metre with risers of ten centimetres, all but upright."""
    mesh = sheet(9, 3)
    step, is_tread = np.divmod(mesh.vertices[:, 0], 2)
    return bent(mesh, step + 0.99 * is_tread, mesh.vertices[:, 1], 0.1 * step)


def folded(mesh: BareMesh, middle: float) -> np.ndarray:
    """UVs of which the right half lies on the left one, as a Mirror modifier leaves them."""
    uv = flat_uv(mesh) / 12
    uv[:, 0] = np.abs(uv[:, 0] - middle / 12)
    return uv.astype(np.float32)


def test_unique_uvs_are_the_artists() -> None:
    mesh = sheet(4, 4)
    uv = flat_uv(mesh)
    chosen = choose_layer(mesh, uv)
    assert chosen.source == ARTIST
    assert chosen.corner_uv is uv


def test_islands_of_an_array_are_moved_apart_and_stay_as_they_are() -> None:
    mesh = copies(sheet(4, 4), 12)
    uv = np.tile(flat_uv(sheet(4, 4)), (12, 1))
    chosen = choose_layer(mesh, uv)
    assert (chosen.source, islands(mesh, chosen)) == (REPACKED, 12)
    assert is_unique_in_the_unit_square(mesh, chosen)
    assert densities(mesh, chosen) == pytest.approx(densities(mesh, chosen)[0], rel=1e-4)


def test_a_mirrored_mesh_is_parted_at_its_seam() -> None:
    mesh = sheet(12, 6)
    chosen = choose_layer(mesh, folded(mesh, middle=6))
    assert (chosen.source, islands(mesh, chosen)) == (REPACKED, 2)
    assert is_unique_in_the_unit_square(mesh, chosen)


def test_uvs_that_are_mere_crumbs_are_replaced() -> None:
    mesh = sheet(8, 8)
    every_face_alike = np.tile(np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32), (64, 1))
    chosen = choose_layer(mesh, every_face_alike)
    assert (chosen.source, islands(mesh, chosen)) == (REPLACED, 1)


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_uvs_that_say_nothing_are_replaced(value: float) -> None:
    mesh = cube()
    chosen = choose_layer(mesh, np.full((len(mesh.corner_vertices), 2), value, np.float32))
    assert (chosen.source, islands(mesh, chosen)) == (REPLACED, 6)


def test_a_cube_has_six_islands_of_equal_density() -> None:
    chosen = choose_layer(cube(), None)
    assert (chosen.source, islands(cube(), chosen)) == (MADE, 6)
    assert is_unique_in_the_unit_square(cube(), chosen)
    assert densities(cube(), chosen) == pytest.approx(densities(cube(), chosen)[0], rel=1e-4)


@pytest.mark.parametrize(
    "mesh, most",
    [(ball(), 9), (spiral_ramp(), 4), (bumpy_ramp(), 2), (copies(cube(), 9), 54)],
    ids=["ball", "spiral", "bumps", "cubes"],
)
def test_made_layers_are_unique_and_even_and_have_few_islands(mesh: BareMesh, most: int) -> None:
    chosen = choose_layer(mesh, None)
    assert is_unique_in_the_unit_square(mesh, chosen)
    assert islands(mesh, chosen) <= most
    assert densities(mesh, chosen).max() / densities(mesh, chosen).min() < 2.5


@pytest.mark.parametrize(
    "mesh",
    [
        torus_knot(2, 3, 200, 16, radius=0.35),
        torus_knot(3, 7, 400, 12, radius=0.9),
        noisy_ball(64, 32, noise=0.02),
        noisy_ball(64, 32, noise=0.3),
        random_quads(12, 40, seed=0),
        random_quads(300, 1000, seed=1),
    ],
    ids=["knot", "knot through itself", "crumpled", "folded", "tangle", "large tangle"],
)
def test_made_layers_are_unique_however_bad_the_mesh_is(mesh: BareMesh) -> None:
    assert is_unique_in_the_unit_square(mesh, choose_layer(mesh, None), size=4096)


@settings(max_examples=100, deadline=None)
@given(st.integers(4, 24), st.integers(1, 20), st.integers(0, 2**32))
def test_made_layers_of_random_faces_are_unique(vertices: int, quads: int, seed: int) -> None:
    mesh = random_quads(vertices, quads, seed)
    uv = choose_layer(mesh, None).corner_uv[mesh.corners]
    assert times_covered(uv, 256, ROUNDING).max(initial=0) <= 1
    assert 0 <= uv.min() <= uv.max() <= 1


def test_a_polygon_that_goes_round_twice_covers_nothing_twice() -> None:
    """Every one of its triangles looks upwards, and still they lie on one another."""
    around, radius = np.linspace(0, 4 * np.pi, 40), np.array([[1.0], [2.0]])
    x, y = radius * np.cos(around), radius * np.sin(around)
    points = np.stack([x, y, np.tile(around / 50, (2, 1))], axis=-1)
    vertices = np.concatenate([points[1], points[0, ::-1]])
    outer, inner = np.arange(40), 79 - np.arange(40)
    corners = np.concatenate(
        [np.stack([outer[:-1], outer[1:], inner[:-1]], axis=1), np.stack([outer[1:], inner[1:], inner[:-1]], axis=1)]
    )
    mesh = BareMesh(vertices.astype(np.float32), np.arange(80, dtype=np.int32), np.zeros(1, np.int32), corners)
    assert is_unique_in_the_unit_square(mesh, choose_layer(mesh, None))


def test_faces_that_lie_on_one_another_are_parted() -> None:
    """Three quads at one edge, two of them at one place: no height is between them."""
    vertices = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 1, 0]])
    mesh = mesh_of_quads(vertices, np.array([[0, 2, 3, 1], [0, 4, 5, 1]]))
    assert is_unique_in_the_unit_square(mesh, choose_layer(mesh, None))


def test_steep_faces_do_not_join_for_the_sake_of_few_islands() -> None:
    chosen = choose_layer(stairs(), None)
    assert densities(stairs(), chosen).min() > 0.9 * densities(stairs(), chosen).max()


@pytest.mark.parametrize("mesh", [copies(ball(), 3), octagonal_tube()], ids=["balls", "tube"])
def test_differences_between_two_blenders_change_nothing(mesh: BareMesh) -> None:
    noise = np.random.default_rng(0).normal(0, 1e-7, mesh.vertices.shape)
    shaken = BareMesh(
        (mesh.vertices + noise).astype(np.float32), mesh.corner_vertices, mesh.polygon_starts, mesh.corners
    )
    assert choose_layer(shaken, None).corner_uv == pytest.approx(choose_layer(mesh, None).corner_uv, abs=1e-4)


def test_a_mesh_without_area_gets_a_layer() -> None:
    mesh = bent(sheet(2, 2), *np.zeros((3, 9)))
    assert np.isfinite(choose_layer(mesh, None).corner_uv).all()
    assert choose_layer(mesh, flat_uv(sheet(2, 2))).source == ARTIST
