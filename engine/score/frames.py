"""The frames to be scored: a folder of pictures, or a job's folder; found, checked against the shot, read one by
one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.contract.errors import FramesInvalid, ShotInvalid
from engine.contract.files import read_json
from engine.contract.frames import Clip, format_frames
from engine.contract.job import JOB_FILE
from engine.contract.shot import SHOT_FILE, Shot, read_shot
from engine.score.pictures import SUFFIXES, Picture, read_exactly

FRAME_NAME = re.compile(r"-?\d{4,}")
Warn = Callable[[str], None]


@dataclass(frozen=True)
class FrameFolder:
    """Pictures by frame number, and the job that painted them where it is known."""

    folder: Path
    paths: Mapping[int, Path]
    job: Mapping[str, Any] = field(default_factory=dict)

    def read(self, frame: int, size: tuple[int, int]) -> Picture:
        """One frame. Raises FramesInvalid where it is damaged or not of this (width, height)."""
        picture = read_exactly(self.paths[frame])
        height, width = picture.rgb.shape[:2]
        if (width, height) != size:
            raise FramesInvalid(
                f"{self.paths[frame]} is {width}x{height}, and the shot is {size[0]}x{size[1]}",
                "score frames over the shot that they were rendered from, at its size",
            )
        return picture


def open_frames(folder: Path, shot_folder: Path, shot: Shot, warn: Warn) -> FrameFolder:
    """The pictures in a folder, or in the frames/ of a job's folder, that are frames of the shot.

    Warns of pictures that the shot has no frame for. Raises FramesInvalid where there are none of its frames, or where
    the job that painted them names another shot.
    """
    pictures = folder / "frames" if (folder / "frames").is_dir() else folder
    job = _job_of(pictures)
    _check_shot(pictures, job, shot_folder, shot, warn)
    found = _pictures_in(pictures)
    paths = {frame: path for frame, path in sorted(found.items()) if frame in shot.frames}
    if not paths:
        raise FramesInvalid(
            f"{folder} has none of the shot's frames {format_frames(shot.frames)}",
            "name the pictures by their frame numbers, as in 0001.png",
        )
    if foreign := sorted(found.keys() - paths.keys()):
        warn(f"the frames {format_frames(foreign)} in {pictures} are not in the shot and were left out")
    return FrameFolder(pictures, paths, job[1] if job else {})


def check_complete(frames: FrameFolder, shot: Shot, warn: Warn) -> None:
    """Warns of frames that are not there: of those in the clip of the job, or of the shot where no job names one."""
    if missing := [frame for frame in _expected(shot, frames.job) if frame not in frames.paths]:
        warn(
            f"the frames {format_frames(missing)} are missing in {frames.folder}: "
            "frames in a row are not compared across them"
        )


def check_comparable(frames: FrameFolder, scored: Sequence[int], warn: Warn) -> None:
    """Warns where a folder to compare with lacks some of the scored frames. Raises FramesInvalid where it has none."""
    missing = [frame for frame in scored if frame not in frames.paths]
    if len(missing) == len(scored):
        raise FramesInvalid(
            f"{frames.folder} has none of the scored frames {format_frames(scored)}", "compare renders of the same clip"
        )
    if missing:
        warn(
            f"the frames {format_frames(missing)} are scored and are missing in {frames.folder}: "
            "its column covers fewer frames"
        )


def _expected(shot: Shot, job: Mapping[str, Any]) -> list[int]:
    try:
        clip = Clip(**job["clip"])
    except (KeyError, TypeError, ValueError):
        return sorted(shot.frames)
    return [frame for frame in sorted(shot.frames) if frame in clip]


def _pictures_in(folder: Path) -> dict[int, Path]:
    if not folder.is_dir():
        raise FramesInvalid(f"there is no folder {folder}", "give the folder that the frames are in, or the job's")
    found: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or not FRAME_NAME.fullmatch(path.stem):
            continue
        if (other := found.get(int(path.stem))) is not None:
            raise FramesInvalid(f"{other.name} and {path.name} are one frame", f"delete one of them in {folder}")
        found[int(path.stem)] = path
    return found


def _job_of(pictures: Path) -> tuple[Path, Mapping[str, Any]] | None:
    """The job.json beside or above the pictures, with the folder that it lies in."""
    for folder in (pictures, pictures.parent) if pictures.is_dir() else ():
        try:
            job = read_json(folder / JOB_FILE)
        except FileNotFoundError:
            continue
        except ValueError as error:
            raise FramesInvalid(f"{folder / JOB_FILE} is not JSON: {error}", "delete it, or paint again") from error
        return folder, job if isinstance(job, dict) else {}
    return None


def _check_shot(
    pictures: Path, job: tuple[Path, Mapping[str, Any]] | None, shot_folder: Path, shot: Shot, warn: Warn
) -> None:
    """Frames may be scored over a copy of their shot, never over another one."""
    if job is None or not isinstance(named := job[1].get("shot"), str):
        return
    painted_from = (job[0] / named).resolve()
    if painted_from == shot_folder.resolve():
        return
    try:
        other = read_shot(painted_from)
    except ShotInvalid as error:
        state = f"cannot be read ({error.message})" if (painted_from / SHOT_FILE).exists() else "is gone"
        warn(f"the shot {painted_from} that {pictures} was painted from {state}, so it was not compared with this")
        return
    common = other.frames.keys() & shot.frames.keys()
    if not common or any(other.frames[frame].content != shot.frames[frame].content for frame in common):
        raise FramesInvalid(
            f"the frames in {pictures} were painted from the shot {painted_from}, not from {shot_folder}",
            "score them over that shot",
        )
