"""Several Blenders side by side give the shot that one gives."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.contract.messages import FrameWritten, Message, Progress
from engine.contract.motion import read_motion
from engine.contract.shot import SHOT_FILE, passes_path, read_shot, write_shot
from engine.merging import PARTS, merge_parts, part_folder
from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture, Captured

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def side_by_side(scenes: Path, capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    """Three frames in one process, two in another."""
    return capture(scenes / "actors.blend", tmp_path_factory.mktemp("jobs"), "--jobs=2")


def test_two_processes_write_the_same_shot_as_one(actors: Captured, side_by_side: Captured) -> None:
    assert (side_by_side.folder / SHOT_FILE).read_bytes() == (actors.folder / SHOT_FILE).read_bytes()
    assert not (side_by_side.folder / PARTS).exists()
    for frame in actors.shot.frames:
        mine, theirs = side_by_side.passes(frame), actors.passes(frame)
        assert all(np.array_equal(getattr(mine, name), getattr(theirs, name)) for name in vars(mine))


def test_two_processes_write_the_same_motion_and_geometry_as_one(actors: Captured, side_by_side: Captured) -> None:
    for name in ("geometry", "motion"):
        files = sorted(path.name for path in (actors.folder / name).iterdir())
        assert sorted(path.name for path in (side_by_side.folder / name).iterdir()) == files
    for frame in actors.shot.frames:
        mine, theirs = (read_motion(each.folder, frame) for each in (side_by_side, actors))
        assert np.array_equal(mine.shape_of, theirs.shape_of)
        for shape, other in zip(mine.shapes, theirs.shapes, strict=True):
            assert shape.keys() == other.keys()
            assert all(np.array_equal(shape[name], other[name]) for name in shape)


def test_progress_counts_the_frames_of_all_processes(side_by_side: Captured) -> None:
    progress = [message for message in side_by_side.messages if isinstance(message, Progress)]
    assert {message.frames for message in progress} == {5}
    assert max(message.done for message in progress) == 5
    assert sorted(side_by_side.written) == [1, 2, 3, 4, 5]
    paths = {message.path for message in side_by_side.messages if isinstance(message, FrameWritten)}
    assert paths == {str(passes_path(side_by_side.folder, frame)) for frame in range(1, 6)}


@pytest.mark.parametrize(("captures", "jobs"), [(["1-4"], 1), (["1-4"], 2), (["3-4", "1-4"], 1)])
def test_warnings_are_the_same_whatever_is_captured_first(
    crowds: Path, capture: Capture, tmp_path: Path, captures: list[str], jobs: int
) -> None:
    for frames in captures:
        shot = capture(crowds / "arrivals.blend", tmp_path, f"--frames={frames}", "--clip=4", f"--jobs={jobs}").shot
    named = [f"'Leaf {number:02}' has no UV map: one was made" for number in range(8)]
    assert list(shot.warnings) == [
        *named,
        "4 more objects, from 'Leaf 08' to 'Leaf 11': each has no UV map: one was made",
    ]


class Cancelled(Exception):
    pass


def test_cancelling_ends_all_processes_and_keeps_their_frames(
    scenes: Path, capture: Capture, actors: Captured, tmp_path: Path
) -> None:
    written = []

    def cancel(message: Message) -> None:
        if isinstance(message, FrameWritten):
            written.append(message.frame)
            if len(written) == 4:
                raise Cancelled

    with pytest.raises(Cancelled):
        capture(scenes / "actors.blend", tmp_path, "--jobs=2", on_message=cancel)
    assert not (tmp_path / PARTS).exists()
    kept = set(read_shot(tmp_path).frames)
    resumed = capture(scenes / "actors.blend", tmp_path, "--jobs=2")
    assert set(resumed.written) == {1, 2, 3, 4, 5} - kept
    assert {item.key for item in resumed.shot.objects} == {item.key for item in actors.shot.objects}
    assert [item.content for item in resumed.shot.frames.values()] == [
        item.content for item in actors.shot.frames.values()
    ]


def test_a_simulation_is_never_divided(a_blender: list[str], capture: Capture, tmp_path: Path) -> None:
    assert run_script(a_blender, INSIDE / "make_moving.py", tmp_path).returncode == 0
    shot = capture(tmp_path / "live_on_disk.blend", tmp_path / "shot", "--jobs=3")
    assert shot.written == list(range(1, 13))


def test_frames_that_a_killed_capture_left_in_parts_are_taken_over(side_by_side: Captured, tmp_path: Path) -> None:
    shutil.copytree(side_by_side.folder, tmp_path / "shot")
    shutil.copytree(side_by_side.folder, part_folder(tmp_path / "shot", 2))
    passes_path(tmp_path / "shot", 4).unlink()
    shot = read_shot(tmp_path / "shot")
    kept = {frame: record for frame, record in shot.frames.items() if frame != 4}
    write_shot(tmp_path / "shot", replace(shot, frames=kept))
    merge_parts(tmp_path / "shot")
    assert list(read_shot(tmp_path / "shot").frames) == [1, 2, 3, 4, 5]
    assert passes_path(tmp_path / "shot", 4).is_file()
