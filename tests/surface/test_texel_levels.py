import numpy as np
import pytest

from engine.surface.texel_levels import (
    TEXEL_BUDGET,
    affordable,
    is_usable,
    object_levels,
    planned_levels,
    sampling_levels,
    texel_level,
)
from engine.surface.texels import make_texels
from tests.surface.noise_scenes import BALL, TWIN, ball, camera, plan, show


def plane(pixels_per_tile: float, size: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Ids and UVs of a plane that faces the camera."""
    row, column = np.indices((size, size))
    return np.ones((size, size), np.int32), (np.stack([column, row], axis=-1) / pixels_per_tile).astype(np.float32)


@pytest.mark.parametrize("pixels_per_tile", [100.0, 256.0, 1000.0, 0.3])
def test_a_latent_pixel_has_four_to_eight_texels_a_side(pixels_per_tile: float) -> None:
    level = object_levels(*plane(pixels_per_tile), latent_pixel=8)[1]
    assert 4 <= 2**level / pixels_per_tile * 8 < 8 or level == 0


def test_texels_that_pixels_look_for_are_no_smaller_than_pixels() -> None:
    assert [sampling_levels(*plane(pixels))[1] for pixels in (100.0, 300.0, 0.3)] == [6, 8, 0]


def test_a_seam_and_bad_uvs_do_not_change_the_level() -> None:
    ids, uv = plane(256.0)
    level = object_levels(ids, uv, 8)[1]
    uv[:, 32:] += 0.37
    uv[10] = np.nan
    uv[20] = 1e30
    assert object_levels(ids, uv, 8)[1] == level


def test_a_surface_of_which_too_little_is_seen_has_the_coarsest_level() -> None:
    ids = np.zeros((8, 8), np.int32)
    ids[3, 3] = 7
    assert object_levels(ids, np.zeros((8, 8, 2), np.float32), 8) == {7: 0}


def test_the_plan_takes_the_frame_that_shows_an_object_from_closest_by() -> None:
    near, far = (show([ball(BALL, distance), ball(TWIN, 5, aside=2)], camera()) for distance in (1.0, 4.0))
    only_near, only_far, both = (plan(frames) for frames in ([near], [far], [far, near]))
    assert both == only_far | only_near
    assert set(both) == {BALL.key, TWIN.key}
    assert only_near[BALL.key] >= only_far[BALL.key] + 2
    assert planned_levels([], [BALL], 8) == {}


def test_a_mesh_of_many_tiles_has_no_more_texels_than_the_budget() -> None:
    square = np.array([[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]], np.float32)
    tiled = np.concatenate([square + np.array([tile, 0]) for tile in range(10)])
    assert affordable(square, 3) == 3
    assert 10 * 4 ** affordable(tiled, 12) <= TEXEL_BUDGET < 10 * 4 ** (affordable(tiled, 12) + 1)
    assert len(make_texels(tiled, 4)) == 10 * 16
    assert texel_level(0.25) == 4


def test_uvs_that_are_numbers_near_the_origin_are_usable() -> None:
    uv = np.array([[0.5, -3.0], [np.nan, 0.5], [0.5, np.inf], [1e9, 0.5]])
    assert is_usable(uv).tolist() == [True, False, False, False]
