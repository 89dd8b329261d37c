"""What is seen is what rays through the pixels' centres meet, with whatever camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture, Captured
from tests.capture.ray_cast import within_surfaces
from tests.capture.witness import Witness, ask_witness

pytestmark = pytest.mark.blender
CAMERAS = ("Auto", "Wide", "Tall", "Flat", "Flat Tall", "Clipped", "Flat Clipped", "Zoom", "Zoom")
FRAMES = dict(enumerate(CAMERAS, start=-1))
ALL = ("--frames=-1-7", "--clip=-1-7")
CLIP = (8.5, 11.5)
"""Of the clipped cameras."""


@pytest.fixture(scope="module")
def scene(a_blender: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("views") / "views.blend"
    made = run_script(a_blender, INSIDE / "make_views.py", path)
    assert made.returncode == 0, made.stdout + made.stderr
    return path


@pytest.fixture(scope="module")
def landscape(scene: Path, capture: Capture) -> Captured:
    return capture(scene, scene.parent / "landscape", *ALL)


@pytest.fixture(scope="module")
def portrait(scene: Path, capture: Capture) -> Captured:
    return capture(scene, scene.parent / "portrait", "--resolution=96x160", *ALL)


@pytest.fixture(scope="module")
def witnesses(a_blender: list[str], scene: Path) -> dict[str, Witness]:
    sizes = {"landscape": (160, 96), "portrait": (96, 160)}
    return {
        picture: ask_witness(a_blender, scene, scene.parent / f"{picture} witness", size, FRAMES)
        for picture, size in sizes.items()
    }


@pytest.mark.parametrize("frame", FRAMES, ids=[f"{frame} {name}" for frame, name in FRAMES.items()])
@pytest.mark.parametrize("picture", ["landscape", "portrait"])
def test_every_camera_sees_what_its_rays_meet(
    request: pytest.FixtureRequest, witnesses: dict[str, Witness], picture: str, frame: int
) -> None:
    shot: Captured = request.getfixturevalue(picture)
    passes, expected = shot.passes(frame), witnesses[picture].seen_in(shot, frame)
    within = within_surfaces(expected.object_id)
    assert (passes.object_id != expected.object_id)[within].sum() == 0
    assert (passes.object_id != expected.object_id).sum() <= 5  # on silhouettes
    exact = within & passes.is_surface
    assert exact.sum() > 1000
    assert (np.abs(passes.depth - expected.depth)[exact] / expected.depth[exact]).max() < 1e-5
    assert np.abs(passes.uv - expected.uv)[exact].max() < 2e-5


@pytest.mark.parametrize("frame", [4, 5])
def test_what_is_out_of_the_clip_range_is_not_there(landscape: Captured, frame: int) -> None:
    passes = landscape.passes(frame)
    depth = passes.depth[passes.is_surface]
    assert CLIP[0] <= depth.min() < CLIP[0] + 0.2
    assert CLIP[1] - 0.2 < depth.max() <= CLIP[1]


def test_cuts_are_recorded_as_the_names_of_cameras(landscape: Captured) -> None:
    assert {frame: record.camera.name for frame, record in landscape.shot.frames.items()} == FRAMES


def test_cameras_of_one_name_make_a_cut(scene: Path, capture: Capture) -> None:
    shot = capture(scene.with_name("namesakes.blend"), scene.parent / "namesakes").shot
    assert {frame: record.camera.name for frame, record in shot.frames.items()} == {1: "Auto", 2: "Auto [views.blend]"}


@pytest.mark.parametrize("name", ["Auto", "Auto [views.blend]"])
def test_of_cameras_of_one_name_either_can_be_asked_for(scene: Path, capture: Capture, name: str) -> None:
    shot = capture(scene.with_name("namesakes.blend"), scene.parent / name, f"--camera={name}", "--frames=1").shot
    assert {record.camera.name for record in shot.frames.values()} == {name}


def test_a_lens_that_is_animated_zooms(landscape: Captured) -> None:
    focal = [landscape.shot.frames[frame].camera.intrinsics[0, 0] for frame in (6, 7)]
    assert focal[1] / focal[0] == pytest.approx(2)


def test_pixels_that_are_not_square_have_two_focal_lengths(landscape: Captured) -> None:
    intrinsics = landscape.shot.frames[-1].camera.intrinsics
    assert intrinsics[0, 0] / intrinsics[1, 1] == pytest.approx(1.4)


def test_what_is_hidden_for_a_frame_is_not_in_it(landscape: Captured) -> None:
    blinker = landscape.named("Blinker")[0].id
    assert [blinker in landscape.passes(frame).object_id for frame in (-1, 0, 1)] == [True, False, True]


def test_a_view_layer_shows_what_is_in_it(scene: Path, capture: Capture, landscape: Captured) -> None:
    without = capture(scene, scene.parent / "without", "--view-layer=Without Extras", "--frames=-1", "--clip=-1")
    assert {item.name for item in without.shot.objects} == {"Floor", "Round", "Blinker"}
    assert {item.name for item in landscape.shot.objects} == {"Floor", "Round", "Blinker", "Cone"}
    assert (without.passes(-1).object_id != without.rays(-1).object_id).sum() <= 5


def test_a_camera_that_is_asked_for_makes_no_cuts(scene: Path, capture: Capture, landscape: Captured) -> None:
    tall = capture(scene, scene.parent / "tall", "--camera=Tall", "--frames=-1,3", "--clip=3")
    assert {record.camera.name for record in tall.shot.frames.values()} == {"Tall"}
    assert np.allclose(tall.shot.frames[3].camera.intrinsics, landscape.shot.frames[1].camera.intrinsics)


def test_surfaces_are_subdivided_as_in_a_render(landscape: Captured) -> None:
    assert len(landscape.geometry("Round")["triangles"]) == 6 * 16 * 2
