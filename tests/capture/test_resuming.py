"""A frame that was captured from the same files with the same settings is not captured again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import SceneInvalid
from engine.contract.messages import FrameWritten, Message
from engine.contract.shot import SHOT_FILE, geometry_path, motion_path, passes_path
from tests.capture.captured import Capture, Captured
from tests.synthetic_shot import make_shot

pytestmark = pytest.mark.blender


class Pulled(Exception):
    """The plug."""


def pull_the_plug(message: Message) -> None:
    if isinstance(message, FrameWritten) and message.frame == 3:
        raise Pulled


def assert_equal_shots(one: Captured, other: Captured) -> None:
    assert one.shot.objects == other.shot.objects
    assert list(one.shot.frames) == list(other.shot.frames)
    for frame, record in one.shot.frames.items():
        assert record.content == other.shot.frames[frame].content
        assert_equal_files(motion_path(one.folder, frame), motion_path(other.folder, frame))
        mine, theirs = one.passes(frame), other.passes(frame)
        assert all(np.array_equal(getattr(mine, name), getattr(theirs, name)) for name in vars(mine))
    for name in {item.geometry for item in one.shot.objects}:
        assert_equal_files(geometry_path(one.folder, name), geometry_path(other.folder, name))


def assert_equal_files(one: Path, other: Path) -> None:
    mine, theirs = dict(np.load(one)), dict(np.load(other))
    assert mine.keys() == theirs.keys()
    assert all(np.array_equal(mine[name], theirs[name]) for name in mine)


def test_an_interrupted_capture_goes_on_to_the_same_shot(
    scenes: Path, capture: Capture, actors: Captured, tmp_path: Path
) -> None:
    with pytest.raises(Pulled):
        capture(scenes / "actors.blend", tmp_path, on_message=pull_the_plug)
    (tmp_path / "passes" / ".0004-killed.exr").write_bytes(b"half a file")
    resumed = capture(scenes / "actors.blend", tmp_path)
    assert_equal_shots(actors, resumed)
    assert sorted(path.name for path in (tmp_path / "passes").iterdir()) == [f"000{frame}.exr" for frame in range(1, 6)]


def test_only_missing_frames_are_captured(scenes: Path, capture: Capture, actors: Captured, tmp_path: Path) -> None:
    shutil.copytree(actors.folder, tmp_path / "shot")
    passes_path(tmp_path / "shot", 4).unlink()
    assert capture(scenes / "actors.blend", tmp_path / "shot").written == [4]


def test_blender_is_not_started_where_nothing_is_missing(
    scenes: Path, actors: Captured, capture: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.blender.find_blender", lambda: pytest.fail("Blender was looked for"))
    kept = capture(scenes / "actors.blend", actors.folder, "--frames=2-3")
    assert list(kept.shot.frames) == list(actors.shot.frames)
    assert kept.messages == []


@pytest.mark.parametrize("words", [["--resolution=64x64"], ["--overwrite"], ["--pass-scale=3"]])
def test_other_settings_start_afresh(
    scenes: Path, capture: Capture, truth: Captured, tmp_path: Path, words: list[str]
) -> None:
    folder = tmp_path / "shot"
    shutil.copytree(truth.folder, folder)
    (folder / "passes" / "notes.txt").write_text("the user's own")
    again = capture(scenes / "truth.blend", folder, "--frames=1", "--clip=1", *words)
    assert again.written == [1]
    assert list(again.shot.frames) == [1]
    assert sorted(path.name for path in (folder / "passes").iterdir()) == ["0001.exr", "notes.txt"]


def test_a_changed_library_is_a_changed_scene(scenes: Path, capture: Capture, truth: Captured, tmp_path: Path) -> None:
    for name in ("linked.blend", "truth.blend"):
        shutil.copy(scenes / name, tmp_path)
    first = capture(tmp_path / "linked.blend", tmp_path / "shot")
    assert set(first.shot.sources) == {"linked.blend", "truth.blend"}
    assert [item.library for item in first.named("Cube")] == ["//truth.blend"]
    with (tmp_path / "truth.blend").open("ab") as library:
        library.write(b"\0")
    assert capture(tmp_path / "linked.blend", tmp_path / "shot").written == [1, 2]


def test_a_damaged_shot_is_captured_anew(scenes: Path, capture: Capture, truth: Captured, tmp_path: Path) -> None:
    shutil.copytree(truth.folder, tmp_path / "shot")
    (tmp_path / "shot" / SHOT_FILE).write_text('{"schema": 1, "fr')
    assert capture(scenes / "truth.blend", tmp_path / "shot").written == [1, 2, 3]


def test_capture_leaves_the_scene_file_alone(scenes: Path, capture: Capture, tmp_path: Path) -> None:
    scene = Path(shutil.copy(scenes / "oddities.blend", tmp_path))
    before = scene.read_bytes()
    capture(scene, tmp_path / "shot")
    assert scene.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["oddities.blend", "shot"]


def test_a_shot_that_another_program_wrote_is_not_removed(scenes: Path, capture: Capture, tmp_path: Path) -> None:
    make_shot(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(SceneInvalid, match="a shot that synthetic wrote"):
        capture(scenes / "actors.blend", tmp_path)
    assert all(path.read_bytes() == content for path, content in before.items())
