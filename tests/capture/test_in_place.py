"""Capture of the scene that is loaded: afterwards everything a script can see is as before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.contract.shot import read_shot
from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture, Captured

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def in_place(a_blender: list[str], scenes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What inside/capture_in_place.py found, and whether the scene file changed."""
    folder = tmp_path_factory.mktemp("in_place")
    scene = Path(shutil.copy(scenes / "oddities.blend", folder))
    before = scene.read_bytes()
    ran = run_script(a_blender, INSIDE / "capture_in_place.py", scene, folder / "shot", folder / "report.json")
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    report = json.loads((folder / "report.json").read_text())
    return report | {"file_changed": scene.read_bytes() != before, "shot": folder / "first"}


def test_every_setting_is_as_before(in_place: dict[str, Any]) -> None:
    assert in_place["changed"] == []
    assert in_place["compared"] > 3000


def test_every_setting_is_as_before_when_the_capture_is_stopped(in_place: dict[str, Any]) -> None:
    assert in_place["changed_by_a_stop"] == []


def test_the_scene_file_is_as_before(in_place: dict[str, Any]) -> None:
    assert not in_place["file_changed"]


def test_frames_that_still_show_the_same_are_kept(in_place: dict[str, Any]) -> None:
    assert in_place["first"] == [1, 2]
    assert in_place["again"] == []


def test_frames_of_a_changed_scene_are_captured_again(in_place: dict[str, Any]) -> None:
    assert in_place["moved"] == [1, 2]


def test_what_is_rendered_and_is_no_object_of_the_shot_is_an_error_that_names_the_frame(
    in_place: dict[str, Any],
) -> None:
    assert in_place["unknown"].startswith("frame 1 shows something at column ")


def test_both_roads_give_the_same_content(
    in_place: dict[str, Any], scenes: Path, capture: Capture, tmp_path: Path
) -> None:
    own: Captured = capture(scenes / "oddities.blend", tmp_path)
    here = read_shot(in_place["shot"])
    assert here.objects == own.shot.objects
    assert [item.content for item in here.frames.values()] == [item.content for item in own.shot.frames.values()]
    assert here.sources == {}
    mine, theirs = Captured(in_place["shot"], here, []).passes(2), own.passes(2)
    assert all(np.array_equal(getattr(mine, name), getattr(theirs, name)) for name in vars(mine))
