"""UVs in captured shots: unique wherever they come from, and the same whatever frames were asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.contract.following import CANNOT_FOLLOW
from engine.contract.messages import Warned
from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture, Captured
from tests.capture.ray_cast import read_triangles, within_surfaces
from tests.capture.uv_meshes import times_covered

pytestmark = pytest.mark.blender

MADE = {
    "Cube",
    "Suzanne",
    "Ball",
    "Nodes",
    "Twisted",
    "One twin",
    "Other twin",
    "Growing",
    "Late",
    "Late and fine",
    "Text",
}
REPACKED = {"Mirrored", "Array", "Crowded", "Copied"}


@pytest.fixture(scope="module")
def scene(a_blender: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("uvs") / "uvs.blend"
    made = run_script(a_blender, INSIDE / "make_uvs.py", path)
    assert made.returncode == 0, made.stdout + made.stderr
    return path


@pytest.fixture(scope="module")
def shot(scene: Path, capture: Capture) -> Captured:
    return capture(scene, scene.parent / "shot")


def uv_of(captured: Captured, name: str, frame: int) -> np.ndarray:
    triangles = read_triangles(captured.folder, captured.shot, frame)
    return triangles.uv[triangles.object_id == captured.named(name)[0].id]


def not_followed(captured: Captured) -> list[str]:
    return [warning for warning in captured.shot.warnings if CANNOT_FOLLOW in warning]


@pytest.mark.parametrize("frame", [1, 2, 3, 4])
def test_passes_hold_the_uvs_of_the_geometry(shot: Captured, frame: int) -> None:
    passes, rays = shot.passes(frame), shot.rays(frame)
    within = within_surfaces(rays.object_id)
    assert (passes.object_id != rays.object_id)[within].sum() == 0
    same = (passes.object_id == rays.object_id) & passes.is_surface
    assert np.abs(passes.uv - rays.uv)[same].max() < 2e-5


def test_every_surface_says_whose_uvs_it_has(shot: Captured) -> None:
    by_source = {
        source: {item.name for item in shot.shot.objects if item.uv == source} for source in ("made", "repacked")
    }
    assert by_source == {"made": MADE, "repacked": REPACKED}
    assert {item.name: item.uv for item in shot.shot.objects}["Tiles"] == "artist"


@pytest.mark.parametrize("name", [*sorted(MADE | REPACKED), "Curve"])
def test_no_texel_belongs_to_two_places(shot: Captured, name: str) -> None:
    counts = times_covered(uv_of(shot, name, 4), 1000)
    assert (counts > 1).sum() <= 1e-3 * (counts > 0).sum()


def test_islands_are_few(shot: Captured) -> None:
    islands = {item.name: int(shot.geometry(item.name)["island"].max()) + 1 for item in shot.shot.objects}
    assert islands["Cube"] == 6
    assert islands["Twisted"] == 1
    assert islands["Array"] == 3
    assert islands["Ball"] <= 8
    assert islands["Suzanne"] <= 80  # 968 triangles with many creases; two thirds of its area are in 10 of them


def test_what_was_done_is_said_by_name(shot: Captured) -> None:
    for sentence in (
        "'Cube' has no UV map: one was made",
        "the UVs of 'Array' overlap: its islands were moved apart",
    ):
        assert sentence in shot.shot.warnings


def test_what_cannot_be_followed_is_named_with_the_frame(shot: Captured) -> None:
    told = [warning.partition(" on: ")[0] for warning in not_followed(shot)]
    assert told == [f"the surface of {name!r}{CANNOT_FOLLOW}{frame}" for name, frame in (("Growing", 2), ("Copied", 3))]


def test_several_processes_choose_the_same_uvs_and_warn_of_the_same(
    scene: Path, capture: Capture, shot: Captured, tmp_path: Path
) -> None:
    """The first of them captures the frames 1 and 2, in which there is one of what is copied."""
    side_by_side = capture(scene, tmp_path, "--jobs=2")
    assert not_followed(side_by_side)[:2] == not_followed(shot)
    assert [item.uv for item in side_by_side.named("Copied")] == ["repacked"]
    assert np.array_equal(uv_of(side_by_side, "Late", 4), uv_of(shot, "Late", 4))
    assert any("'Copied'" + CANNOT_FOLLOW in each.message for each in side_by_side.messages if isinstance(each, Warned))


@pytest.mark.parametrize("name", ["Twisted", "Late", "Late and fine"])
def test_a_layer_stays_the_same_while_its_surface_deforms(shot: Captured, name: str) -> None:
    assert "vertices" in shot.shape(name, 4)
    assert np.array_equal(uv_of(shot, name, 2), uv_of(shot, name, 4))


def test_twins_share_their_layer(shot: Captured) -> None:
    assert np.array_equal(uv_of(shot, "One twin", 1), uv_of(shot, "Other twin", 1))


def test_layers_do_not_depend_on_the_frames_that_are_captured(
    scene: Path, capture: Capture, shot: Captured, tmp_path: Path
) -> None:
    later = capture(scene, tmp_path, "--frames=4", "--clip=4")
    for item in later.shot.objects:
        if item.name != "Late and fine":
            assert np.array_equal(uv_of(later, item.name, 4), uv_of(shot, item.name, 4))
    complete = capture(scene, tmp_path)
    assert complete.written == [1, 2, 3]
    assert not_followed(complete) == not_followed(shot)
    assert np.array_equal(uv_of(complete, "Twisted", 1), uv_of(shot, "Twisted", 1))
    others = shot.passes(2).object_id != shot.named("Late and fine")[0].id
    assert np.array_equal(complete.passes(2).uv[others], shot.passes(2).uv[others])
