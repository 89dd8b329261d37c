"""What each finished frame was made of, so that only what is missing or of another make is painted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from engine.contract.files import read_json, write_json
from engine.contract.frames import frame_name
from engine.contract.hashing import file_hash


@dataclass(frozen=True)
class Stamp:
    """Stands beside a frame, in `stamps/0001.json`."""

    made_of: str
    """Hash of the job and of the frame's passes."""
    file: str
    """The frame's file name in `frames/`."""
    sha256: str
    """Of the file, so that a damaged or changed one is painted again."""


def frame_path(folder: Path, frame: int, suffix: str) -> Path:
    return folder / "frames" / f"{frame_name(frame)}{suffix}"


def stamp_frame(folder: Path, frame: int, path: Path, made_of: str) -> None:
    write_json(_stamp_path(folder, frame), asdict(Stamp(made_of, path.name, file_hash(path))))


def is_stamped(folder: Path, frame: int) -> bool:
    """Whether some job has painted this frame into the folder."""
    return _stamp_path(folder, frame).is_file()


def finished_frame(folder: Path, frame: int, made_of: str) -> Path | None:
    """The frame's file, if it was made of this and is as it was written."""
    try:
        stamp = Stamp(**read_json(_stamp_path(folder, frame)))
        path = folder / "frames" / stamp.file
        return path if stamp.made_of == made_of and file_hash(path) == stamp.sha256 else None
    except (FileNotFoundError, TypeError, ValueError):
        return None


def _stamp_path(folder: Path, frame: int) -> Path:
    return folder / "stamps" / f"{frame_name(frame)}.json"
