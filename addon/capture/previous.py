"""What an earlier capture into the same folder left, and whether it still counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...engine.contract.errors import SceneInvalid, ShotInvalid
from ...engine.contract.shot import SHOT_FILE, Shot, missing_frames, read_shot
from .evaluation import FrameReader

SUFFIXES = {"passes": ".exr", "geometry": ".npz", "motion": ".npz"}


def still_valid(folder: Path, wanted: Shot) -> Shot | None:
    """The folder's shot, where it was captured just as `wanted` is to be, from files that have not changed since."""
    try:
        found = read_shot(folder)
    except ShotInvalid:
        return None
    if not wanted.sources or not _same(found, wanted, "capture", "generator", "sources", "clip"):
        return None
    return replace(found, warnings=_warnings(found, wanted))


def still_equal(folder: Path, wanted: Shot, frames: tuple[int, ...], reader: FrameReader) -> Shot | None:
    """The folder's shot with those of `frames` that it holds, where the scene in memory still shows the same in them.

    Scripts may have changed the scene since it was read, so every frame is evaluated again; frames that nobody asks
    for are forgotten, for nobody has looked at them. Where there are holes, only new passes could tell.
    """
    try:
        found = read_shot(folder)
    except ShotInvalid:
        return None
    if not _same(found, wanted, "capture", "generator", "channels"):
        return None
    missing = missing_frames(folder, found, frames)
    kept = {frame: found.frames[frame] for frame in frames if frame not in missing}
    reader.go_on_with(folder, found.objects)
    if not kept or reader.has_holes or any(reader.evaluate(frame).digest != kept[frame].content for frame in kept):
        reader.go_on_with(folder, objects=())
        return None
    return replace(wanted, objects=found.objects, frames=kept, warnings=_warnings(found, wanted))


def remove_shot(folder: Path, overwrite: bool) -> None:
    """Removes a shot's own files, and shot.json first: without it, the others belong to nobody.

    Raises SceneInvalid for a shot that another program wrote, unless it is to be overwritten.
    """
    if not (folder / SHOT_FILE).is_file():
        return
    writer = _writer_of(folder)
    if not overwrite and not writer.startswith("Overpaint "):
        raise SceneInvalid(
            f"{folder} holds a shot that {writer or 'another program'} wrote",
            "choose another --out, or add --overwrite",
        )
    (folder / SHOT_FILE).unlink()
    for name, suffix in SUFFIXES.items():
        for path in (folder / name).glob(f"*{suffix}"):
            path.unlink()


def remove_strays(folder: Path) -> None:
    """Removes temporary files of a capture that was killed."""
    for name, suffix in SUFFIXES.items():
        for path in (folder / name).glob(f".*-*{suffix}"):
            path.unlink()


def _writer_of(folder: Path) -> str:
    """Ours for a shot.json that cannot be read: it is damaged, or of another version of the schema."""
    try:
        return read_shot(folder).generator
    except ShotInvalid:
        return "Overpaint (unreadable)"


def _warnings(found: Shot, wanted: Shot) -> tuple[str, ...]:
    """Some depend on the frames that are asked for."""
    return tuple(dict.fromkeys([*found.warnings, *wanted.warnings]))


def _same(found: Shot, wanted: Shot, *names: str) -> bool:
    return all(getattr(found, name) == getattr(wanted, name) for name in names)
