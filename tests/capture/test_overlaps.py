"""Overlapping triangles, against a slow twin that clips every pair."""

from __future__ import annotations

import numpy as np
import pytest

from addon.capture.overlaps import overlapping_pairs
from addon.capture.quadtree import meeting_pairs
from addon.capture.uv_uniqueness import texture_areas
from tests.capture.uv_meshes import flat_uv, sheet


def common_area(one: np.ndarray, other: np.ndarray) -> float:
    """Cuts one triangle along each side of the other, and measures what is left."""
    polygon = [*one]
    for start, end in zip(other, np.roll(other, -1, axis=0), strict=True):
        sides = [float(np.cross(np.append(end - start, 0), np.append(point - start, 0))[2]) for point in polygon]
        cut = []
        for index, (point, side) in enumerate(zip(polygon, sides, strict=True)):
            before, side_before = polygon[index - 1], sides[index - 1]
            if side * side_before < 0:
                cut.append(before + (point - before) * (side_before / (side_before - side)))
            cut += [point] if side >= 0 else []
        polygon = cut
    x, y = np.array(polygon).reshape(-1, 2).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def random_triangles(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Counter-clockwise, with many common corners: (T, 3, 2) and (T, 3) vertices."""
    places = random.random((random.integers(4, 30), 2))
    vertices = np.array([random.choice(len(places), 3, replace=False) for _ in range(random.integers(2, 25))])
    clockwise = texture_areas(places[vertices]) < 0
    vertices[clockwise] = vertices[clockwise, ::-1]
    return places[vertices], vertices


@pytest.mark.parametrize("seed", range(40))
def test_every_piece_that_overlaps_is_found_and_no_other(seed: int) -> None:
    random = np.random.default_rng(seed)
    uv, vertices = random_triangles(random)
    piece = random.integers(0, 4, len(uv))
    truth = {
        (one, other)
        for other in range(len(uv))
        for one in range(other)
        if piece[one] == piece[other] and common_area(uv[one], uv[other]) > 1e-9
    }
    found = {tuple(pair) for pair in overlapping_pairs(uv, vertices, piece, side=1.0).tolist()}
    assert found <= truth
    assert {piece[one] for one, _ in found} == {piece[one] for one, _ in truth}


def test_what_lies_inside_another_is_found() -> None:
    large = np.array([[0, 0], [10, 0], [0, 10]])
    uv, vertices = np.stack([large, 1 + large / 10]).astype(float), np.arange(6).reshape(2, 3)
    assert overlapping_pairs(uv, vertices, np.zeros(2, int), side=8.0).tolist() == [[0, 1]]
    assert not len(overlapping_pairs(uv, vertices, np.arange(2), side=8.0))


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.0])
def test_neighbours_do_not_overlap(angle: float) -> None:
    mesh = sheet(30, 20)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    uv = (flat_uv(mesh) @ turn)[mesh.corners]
    for vertices in (mesh.corner_vertices[mesh.corners], np.arange(uv.size // 2).reshape(-1, 3)):  # welded, and not
        assert not len(overlapping_pairs(uv, vertices, np.zeros(len(uv), int), side=25.0))


def test_slivers_around_one_point_are_not_compared_each_with_each() -> None:
    around = np.linspace(0, 2 * np.pi, 4001)
    rim = np.stack([np.cos(around), np.sin(around)], axis=1)
    fan = np.stack([np.zeros((4000, 2)), rim[:-1], rim[1:]], axis=1)
    at_rim = np.tile([False, True, False], (4000, 1))
    assert len(meeting_pairs(fan, np.zeros(4000, int), at_rim)) < 100 * 4000
