"""The background's noise turns with the world and slides with a camera that sees it flat."""

import numpy as np
import pytest

from engine.contract.shot import Camera
from engine.surface.background import background_of, cells_in_view
from engine.surface.correspondence import pixel_centres
from tests.surface.noise_scenes import LATENT_PIXEL, SIZE, camera, noise_for, orthographic, show, turn
from tests.surface.whiteness import flaws

TILTED = turn(0, 50) @ turn(1, 30) @ turn(2, 20)
METRES = 10.0


def xi(seen_by: Camera, size: int = SIZE) -> np.ndarray:
    frame = show([], seen_by, size=size)
    return noise_for([frame], size=size).xi(frame)


@pytest.mark.parametrize("seen_by", [camera(), camera(turned=TILTED), camera(0.3), camera(9), orthographic(METRES)])
def test_a_background_is_white(seen_by: Camera) -> None:
    assert flaws(xi(seen_by)) == []


@pytest.mark.parametrize("degrees", range(0, 360, 45))
@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_seen_at_a_place_is_projected_to_it(axis: int, degrees: int) -> None:
    background = background_of(camera(turned=turn(axis, degrees)))
    place = np.random.default_rng(0).uniform(0, SIZE, (100, 2))
    projected = background.project(background.uv(place))
    assert projected.inside(SIZE, SIZE).all()
    np.testing.assert_allclose(projected.position, place, atol=1e-6)


def test_a_camera_that_goes_straight_sees_the_same_bytes() -> None:
    assert xi(camera(turned=TILTED, at=(5, -3, 100))).tobytes() == xi(camera(turned=TILTED)).tobytes()


def test_a_camera_on_its_side_sees_the_same_noise_on_its_side() -> None:
    upright, sideways = xi(camera(turned=TILTED)), xi(camera(turned=turn(2, 90) @ TILTED))
    np.testing.assert_allclose(np.rot90(upright, -1, axes=(1, 2)), sideways, atol=1e-9)


@pytest.mark.parametrize("degrees", [0.2, 3.0, 20.0])
def test_a_camera_that_turns_finds_the_noise_where_its_directions_went(degrees: float) -> None:
    before, after = camera(turned=TILTED), camera(turned=turn(1, -degrees) @ TILTED)
    latents = pixel_centres(np.arange(64 * 64), 64) * LATENT_PIXEL
    place = background_of(after).project(background_of(before).uv(latents))
    column, row = np.floor(place.position / LATENT_PIXEL).astype(int).T
    inside = place.inside(SIZE, SIZE)
    first, second = xi(before).reshape(4, -1)[:, inside], xi(after)[:, row[inside], column[inside]]
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.5


def test_an_orthographic_camera_slides_over_its_background() -> None:
    metres_per_latent = METRES * LATENT_PIXEL / SIZE
    before, after = xi(orthographic(METRES)), xi(orthographic(METRES, at=(3 * metres_per_latent, metres_per_latent, 7)))
    np.testing.assert_allclose(before[:, 1:, 3:], after[:, :-1, :-3], atol=1e-9)


@pytest.mark.parametrize(
    ("seen_by", "level"), [(camera(0.5, TILTED, size=32), 7), (camera(size=32), 7), (orthographic(METRES, size=32), 19)]
)
def test_no_cell_in_view_is_missed(seen_by: Camera, level: int) -> None:
    size, background = 32, background_of(seen_by)
    found = cells_in_view(background, pixel_centres(np.arange(size * size), size), level)
    assert len(np.unique(found.code)) == len(found)
    corners = np.random.default_rng(0).uniform(0, size, (20000, 2))  # whatever cell has its centre in view
    wanted = np.unique(np.floor(background.uv(corners) * 2**level), axis=0)
    inside = background.project((wanted + 0.5) / 2**level).inside(size, size)
    known = set(zip(found.column.tolist(), found.row.tolist(), strict=True))
    assert {tuple(cell) for cell in wanted[inside].astype(int).tolist()} <= known


def test_a_dome_has_cells_of_nearly_one_size() -> None:
    background = background_of(camera(0.2))
    step = 1e-4
    place = np.random.default_rng(0).uniform((4.02, 0.02), (4.98, 0.98), (500, 2))  # on the face in front
    right, down = (
        background.project(place + offset).position - background.project(place).position
        for offset in ([step, 0], [0, step])
    )
    seen = background.project(place).position - SIZE / 2
    cosine = 1 / np.sqrt(1 + (seen**2).sum(axis=1) / (0.2 * SIZE) ** 2)
    solid_angle = abs(right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0]) * cosine**3
    assert solid_angle.max() / solid_angle.min() < 1.5
