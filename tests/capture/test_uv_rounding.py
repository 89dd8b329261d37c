"""UVs that Blender computes with other rounding errors in every process make no other shot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.contract.following import CANNOT_FOLLOW
from engine.contract.shot import SHOT_FILE
from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture, Captured

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def scene(a_blender: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bevelled") / "bevelled.blend"
    made = run_script(a_blender, INSIDE / "make_bevelled.py", path)
    assert made.returncode == 0, made.stdout + made.stderr
    return path


@pytest.fixture(scope="module")
def shot(scene: Path, capture: Capture) -> Captured:
    return capture(scene, scene.parent / "shot")


@pytest.mark.parametrize("words", [(), ("--jobs=2",)])
def test_every_capture_gives_the_same_shot(
    scene: Path, capture: Capture, shot: Captured, tmp_path: Path, words: tuple[str, ...]
) -> None:
    other = capture(scene, tmp_path, *words)
    assert (other.folder / SHOT_FILE).read_bytes() == (shot.folder / SHOT_FILE).read_bytes()
    for frame in shot.shot.frames:
        assert [sorted(shape) for shape in other.motion(frame).shapes] == [
            sorted(shape) for shape in shot.motion(frame).shapes
        ]
        assert np.nanmax(np.abs(other.passes(frame).uv - shot.passes(frame).uv)) < 2e-5


def test_frames_that_are_captured_again_are_the_same(
    scene: Path, capture: Capture, shot: Captured, tmp_path: Path
) -> None:
    capture(scene, tmp_path, "--frames=1-2", "--clip=1-2")
    resumed = capture(scene, tmp_path)
    assert resumed.written == [3, 4]
    assert (resumed.folder / SHOT_FILE).read_bytes() == (shot.folder / SHOT_FILE).read_bytes()


def test_nobody_is_told_that_rounding_cannot_be_followed(shot: Captured) -> None:
    assert [warning for warning in shot.shot.warnings if CANNOT_FOLLOW in warning] == []


def test_a_layer_that_was_made_stays_while_the_artists_uvs_change(shot: Captured) -> None:
    assert {item.name: item.uv for item in shot.shot.objects} == {
        "Own": "artist",
        "Repeated": "repacked",
        "Changing": "repacked",
    }
    for frame in (2, 3, 4):
        assert "uv" not in shot.shape("Changing", frame) or np.array_equal(
            np.unique(shot.shape("Changing", frame)["uv"].reshape(-1, 2), axis=0),
            np.unique(shot.geometry("Changing")["uv"].reshape(-1, 2), axis=0),
        )
