"""Depth and masks against the truth of plain solids."""

from math import tan

import torch
from torch import Tensor

from models.preview.world.looks import Look
from models.preview.world.primitives import Box, Cone, Solid, ball, capsule
from models.preview.world.render import Pictures, render
from models.preview.world.scenes import batched
from models.preview.world.staging import Camera, Group, Stage

SIZE = 33  # odd, so that one ray runs straight ahead
EYE_HEIGHT, DISTANCE, FIELD_OF_VIEW = 1.0, 5.0, 1.0


def seen_straight_on(solid: Solid) -> Pictures:
    stage = Stage(
        objects=Group([solid], [((0.0, 0.0, 1.0), 1.8)]),
        hills=Group([], []),
        stones=Group([], []),
        camera=Camera((0.0, -DISTANCE, EYE_HEIGHT), (0.0, 0.0, EYE_HEIGHT), roll=0.0, field_of_view=FIELD_OF_VIEW),
        sun=(0.0, -0.6, 0.8),
        heading=0.0,
        pattern_scale=1.0,
        pattern_shift=(0.0, 0.0, 0.0),
        ground_turn=0.0,
        ground_shift=(0.0, 0.0, 0.0),
    )
    return render(batched(Look("ball", "checkerboard", "sand", "clear blue"), [stage]), SIZE)


def pixel_slopes() -> Tensor:
    """Of the rays through the pixel centers against the camera's axis, left to right or top to bottom."""
    return ((torch.arange(SIZE) + 0.5) * 2 / SIZE - 1) * tan(FIELD_OF_VIEW / 2)


def test_the_depth_of_a_ball_is_exact() -> None:
    pictures = seen_straight_on(ball((0, 0, 1), 1))
    square = 1 + pixel_slopes() ** 2 + pixel_slopes()[:, None] ** 2
    root = DISTANCE**2 - square * (DISTANCE**2 - 1)
    depth = (DISTANCE - root.clamp_min(0).sqrt()) / square
    assert pictures.is_object[0].equal(root > 0)
    torch.testing.assert_close(pictures.depth[0][root > 0], depth[root > 0], atol=2e-4, rtol=0)


def test_the_depth_of_a_cubes_face_is_planar() -> None:
    pictures = seen_straight_on(Box((0, 0, 1), (1, 1, 1)))
    face = pictures.depth[0][pictures.is_object[0]]
    torch.testing.assert_close(face, torch.full_like(face, DISTANCE - 1))
    inside = pixel_slopes().abs() * (DISTANCE - 1) < 1
    assert pictures.is_object[0].equal(inside & inside[:, None])


def test_a_capsule_is_its_balls_and_a_rod_between() -> None:
    pictures = seen_straight_on(capsule((-1, 0, 1), (1, 0, 1), 0.3))
    middle = pictures.depth[0, SIZE // 2]
    on_rod = pixel_slopes().abs() * (DISTANCE - 0.3) < 1
    torch.testing.assert_close(middle[on_rod], torch.full_like(middle[on_rod], DISTANCE - 0.3))
    assert pictures.is_object[0, SIZE // 2].equal(pictures.is_object[0, SIZE // 2].flip(0))


def test_a_cones_flank_is_tangent_to_both_of_its_balls() -> None:
    pictures = seen_straight_on(Cone((0, 0, 0.5), (0, 0, 1.7), 0.6, 0.1))
    widths = pictures.is_object[0].sum(1)[: int(SIZE * 0.6)]
    assert (widths.diff() >= 0).all()
    assert widths.max() > 3 * widths[widths > 0].min()


def test_the_grounds_depth_is_that_of_its_plane() -> None:
    pictures = seen_straight_on(ball((0, 0, 1), 0.1))
    below = pixel_slopes() > 0.05
    torch.testing.assert_close(pictures.depth[0, below, 0], EYE_HEIGHT / pixel_slopes()[below])
    assert pictures.depth[0, : SIZE // 2].isinf()[:, 0].all()
