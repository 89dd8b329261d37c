"""Several captures of one scene become one: what processes side by side captured, each into a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from engine.contract.errors import ShotInvalid
from engine.contract.files import atomic, make_folder, writable
from engine.contract.following import Following, least_trusted
from engine.contract.geometry import read_geometry
from engine.contract.layers import same_layer
from engine.contract.motion import AS_STORED, Motion, read_motion, write_motion
from engine.contract.shot import (
    SHOT_FILE,
    Shot,
    ShotObject,
    geometry_path,
    missing_frames,
    passes_path,
    read_shot,
    write_shot,
)

PARTS = ".overpaint-parts"
Mesh = Mapping[str, np.ndarray]


def part_folder(folder: Path, number: int) -> Path:
    """Where a process captures its share of the frames of the shot in `folder`."""
    return folder / PARTS / f"{number:03d}"


def merge_parts(folder: Path) -> None:
    """Moves what the parts hold into the shot; what is damaged, or not of this shot's scene and settings, is dropped.

    Objects get their ids in the order in which one process would have met them, for parts follow each other in time.
    Raises OutputUnwritable, or ShotInvalid for a damaged file of the shot; what is not merged then, the next time is.
    """
    parts = sorted((folder / PARTS).glob("*"))
    merged = [_merge(folder, part) for part in parts]
    if any(merged):
        shot = read_shot(folder)
        write_shot(folder, replace(shot, warnings=Following.through(folder, shot).warnings(shot)))
    for part in parts:
        if (part / SHOT_FILE).is_file():  # else it is not ours
            shutil.rmtree(part, ignore_errors=True)
    with suppress(OSError):  # it is not there, or not empty
        (folder / PARTS).rmdir()


def _merge(folder: Path, part: Path) -> bool:
    """Moves a part's frames into the shot, their passes last: interrupted anywhere, the part still has the others.

    Returns False for a part that is to be dropped.
    """
    try:
        shot, other = read_shot(folder), read_shot(part)
        if not _is_part_of(shot, other):
            return False
        gone = missing_frames(part, other, other.frames)
        other = replace(other, frames={frame: other.frames[frame] for frame in other.frames if frame not in gone})
        joined = _joined(shot, other)
        for name in {item.geometry for item in joined.objects} - {item.geometry for item in shot.objects}:
            with atomic(geometry_path(folder, name)) as temporary:
                shutil.copyfile(geometry_path(part, name), temporary)
        translation = _Translation(folder, joined.objects, part, other.objects)
        for frame in other.frames:
            write_motion(folder, frame, translation.of(read_motion(part, frame)))
    except ShotInvalid:
        return False
    write_shot(folder, joined)
    for frame in other.frames:
        path = passes_path(folder, frame)
        make_folder(path.parent)
        with writable(path):
            passes_path(part, frame).replace(path)
    return True


def _is_part_of(shot: Shot, part: Shot) -> bool:
    names = ("capture", "generator", "sources", "clip", "channels")
    return all(getattr(shot, name) == getattr(part, name) for name in names)


def _joined(shot: Shot, part: Shot) -> Shot:
    known = {item.key: item for item in shot.objects}
    found = {item.key: item for item in part.objects} if part.frames else {}
    new = [item for key, item in found.items() if key not in known]
    both = {key: replace(known[key], uv=least_trusted(known[key].uv, found[key].uv)) for key in known.keys() & found}
    added = {item.key: replace(item, id=len(known) + number) for number, item in enumerate(new, start=1)}
    return replace(
        shot,
        objects=tuple((known | both | added).values()),
        frames={**shot.frames, **part.frames},
        warnings=tuple(dict.fromkeys([*shot.warnings, *part.warnings])),
    )


class _Translation:
    """A part's motion, told against the geometry of the shot: a bending object's geometry is that of its first frame,
    which is another one in the part."""

    def __init__(
        self, folder: Path, objects: Iterable[ShotObject], part: Path, part_objects: Iterable[ShotObject]
    ) -> None:
        self._names = {item.key: item.geometry for item in objects}
        self._part_names = {item.key: item.geometry for item in part_objects}
        self._stored = cache(lambda name: read_geometry(geometry_path(folder, name)))
        self._part_stored = cache(lambda name: read_geometry(geometry_path(part, name)))
        self._same_layer = cache(lambda name, part_name: same_layer(self._part_stored(part_name), self._stored(name)))

    def of(self, motion: Motion) -> Motion:
        shapes: list[Mesh] = []
        index_of: dict[tuple[str, str, int], int] = {}  # what instances share is written once
        shape_of = np.full(len(motion.keys), AS_STORED, np.int32)
        for row, key in enumerate(motion.keys.tolist()):
            found = (self._names[key], self._part_names[key], int(motion.shape_of[row]))
            if found not in index_of:
                differing = self._differing(*found, motion.shapes)
                index_of[found] = len(shapes) if differing else AS_STORED
                shapes += [differing] if differing else []
            shape_of[row] = index_of[found]
        return replace(motion, shape_of=shape_of, shapes=tuple(shapes))

    def _differing(self, name: str, part_name: str, shape: int, shapes: Sequence[Mesh]) -> Mesh:
        changed = shapes[shape] if shape != AS_STORED else {}
        stored, mesh = self._stored(name), {**self._part_stored(part_name), **changed}
        has_layer = same_layer(mesh, stored) if "uv" in changed else self._same_layer(name, part_name)
        if not has_layer:
            return mesh
        return {} if np.array_equal(mesh["vertices"], stored["vertices"]) else {"vertices": mesh["vertices"]}
