"""What processes side by side captured becomes one shot, whatever state they left it in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import OutputUnwritable
from engine.contract.files import atomic
from engine.contract.frames import Clip
from engine.contract.motion import Motion, read_motion, write_motion
from engine.contract.shot import Shot, geometry_path, missing_frames, motion_path, passes_path, read_shot, write_shot
from engine.merging import PARTS, merge_parts, part_folder
from tests.synthetic_shot import make_shot


def make_whole_shot(folder: Path) -> Shot:
    """Two frames, with the geometry and motion that a capture writes."""
    shot = make_shot(folder, Clip(1, 2), width=8, height=8)
    mesh = {"vertices": np.eye(3), "triangles": np.array([[0, 1, 2]]), "uv": np.zeros((1, 3, 2)), "island": np.zeros(1)}
    for item in shot.objects:
        with atomic(geometry_path(folder, item.geometry)) as path:
            np.savez(path, **mesh)
    keys = np.array([item.key for item in shot.objects])
    for frame in shot.frames:
        write_motion(folder, frame, Motion(keys, np.tile(np.eye(4), (2, 1, 1)), np.array([-1, -1], np.int32)))
    return shot


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A shot of which only shot.json is there, as before its first frame, and a part that has two frames."""
    shot = make_whole_shot(part_folder(tmp_path, 2))
    write_shot(tmp_path, replace(shot, objects=(), frames={}))
    return tmp_path


def test_a_shot_without_a_frame_takes_those_of_its_parts(empty: Path) -> None:
    part = read_shot(part_folder(empty, 2))
    merge_parts(empty)
    shot = read_shot(empty)
    assert (list(shot.frames), shot.objects) == ([1, 2], part.objects)
    assert missing_frames(empty, shot, [1, 2]) == ()
    assert not (empty / PARTS).exists()


@pytest.mark.parametrize("path", [motion_path(Path(), 2), Path("shot.json")])
def test_a_damaged_part_is_dropped_and_others_are_not(empty: Path, path: Path) -> None:
    make_whole_shot(part_folder(empty, 3))
    (part_folder(empty, 2) / path).write_bytes(b"half a file")
    merge_parts(empty)
    assert missing_frames(empty, read_shot(empty), [1, 2]) == ()
    assert not (empty / PARTS).exists()


def test_no_frame_is_lost_where_merging_is_refused(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_file = Path.replace

    def refuse(path: Path, target: Path) -> None:
        if target == passes_path(empty, 2):
            raise OSError(28, "No space left on device")
        replace_file(path, target)

    with monkeypatch.context() as disk, pytest.raises(OutputUnwritable, match="no space left"):
        disk.setattr(Path, "replace", refuse)
        merge_parts(empty)
    assert missing_frames(empty, read_shot(empty), [1, 2]) == (2,)
    merge_parts(empty)
    assert missing_frames(empty, read_shot(empty), [1, 2]) == ()
    assert read_motion(empty, 2).keys.tolist() == ["ground", "ball"]


def test_what_is_not_ours_stays(empty: Path) -> None:
    notes = [empty / "parts" / "002" / "notes.txt", empty / PARTS / "004" / "notes.txt"]
    for path in notes:
        path.parent.mkdir(parents=True)
        path.write_text("the user's own")
    merge_parts(empty)
    assert all(path.is_file() for path in notes)
    assert list((empty / PARTS).iterdir()) == [empty / PARTS / "004"]
