"""Projection against the pinhole written out point by point."""

import numpy as np
import pytest

from engine.contract.shot import Camera
from engine.surface.projection import pixel_size, project, unproject

KINDS = ("perspective", "orthographic")


def make_camera(projection: str) -> Camera:
    """Turned about two axes, shifted, with pixels that are not quite square."""
    turn, tilt = 0.4, -0.3
    about_y = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    world_to_camera = np.eye(4)
    world_to_camera[:3, :3], world_to_camera[:3, 3] = about_y @ about_x, [0.1, -0.2, 5]
    return Camera("C", projection, np.array([[90, 0, 33], [0, 88, 30], [0, 0, 1]]), world_to_camera)


def slow_project(camera: Camera, point: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (
        sum(camera.world_to_camera[row, k] * point[k] for k in range(3)) + camera.world_to_camera[row, 3]
        for row in range(3)
    )
    if camera.projection == "perspective":
        x, y = x / z, y / z
    k = camera.intrinsics
    return k[0, 0] * x + k[0, 2], k[1, 1] * y + k[1, 2], z


@pytest.mark.parametrize("projection", KINDS)
def test_points_come_to_lie_where_the_pinhole_says(projection: str) -> None:
    camera, points = make_camera(projection), np.random.default_rng(0).uniform(-1, 1, (50, 3))
    found = project(camera, points)
    expected = np.array([slow_project(camera, point) for point in points])
    np.testing.assert_allclose(np.column_stack([found.position, found.depth]), expected, rtol=1e-12)


@pytest.mark.parametrize("projection", KINDS)
def test_unprojecting_leads_back(projection: str) -> None:
    camera, points = make_camera(projection), np.random.default_rng(1).uniform(-1, 1, (50, 3))
    found = project(camera, points)
    np.testing.assert_allclose(unproject(camera, found.position, found.depth), points, atol=1e-12)


def test_an_objects_matrix_comes_before_the_camera() -> None:
    camera, points = make_camera("perspective"), np.random.default_rng(2).uniform(-1, 1, (20, 3))
    matrix = np.array([[0, -2, 0, 0.1], [2, 0, 0, 0.2], [0, 0, 2, 0.3], [0, 0, 0, 1.0]])
    moved = points @ matrix[:3, :3].T + matrix[:3, 3]
    np.testing.assert_allclose(project(camera, points, matrix).position, project(camera, moved).position)


def test_points_behind_the_camera_are_not_inside_the_picture() -> None:
    camera = make_camera("perspective")
    behind = unproject(camera, np.array([[33.0, 30.0]]), np.array([-2.0]))
    assert not project(camera, behind).inside(64, 64).any()


@pytest.mark.parametrize("projection", KINDS)
def test_a_pixels_width_is_the_way_to_the_next_pixel(projection: str) -> None:
    camera = make_camera(projection)
    here, right, down = unproject(camera, np.array([[33.0, 30], [34, 30], [33, 31]]), np.full(3, 4.0))
    width = np.sqrt(np.linalg.norm(right - here) * np.linalg.norm(down - here))
    assert pixel_size(camera, np.array([4.0]))[0] == pytest.approx(width)
