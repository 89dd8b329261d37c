"""Several captures of one scene become one: what processes side by side captured, each into a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from engine.contract.errors import ShotInvalid
from engine.contract.following import Following, least_trusted
from engine.contract.motion import AS_STORED, SHAPE_ARRAYS, Motion, read_motion, write_motion
from engine.contract.shot import (
    Shot,
    ShotObject,
    geometry_path,
    missing_frames,
    passes_path,
    read_shot,
    write_shot,
)

PARTS = "parts"
Mesh = Mapping[str, np.ndarray]


def part_folder(folder: Path, number: int) -> Path:
    """Where a process captures its share of the frames of the shot in `folder`."""
    return folder / PARTS / f"{number:03d}"


def merge_parts(folder: Path) -> None:
    """Moves what the parts hold into the shot; what is not of this shot's scene and settings is dropped.

    Objects get their ids in the order in which one process would have met them, for parts follow each other in time.
    """
    merged: Shot | None = None
    for part in sorted((folder / PARTS).glob("*")):
        try:
            shot, other = read_shot(folder), read_shot(part)
        except ShotInvalid:
            continue
        if _is_part_of(shot, other):
            write_shot(folder, merged := _merge(folder, shot, part, other))
    if merged:
        write_shot(folder, replace(merged, warnings=Following.through(folder, merged).warnings(merged)))
    shutil.rmtree(folder / PARTS, ignore_errors=True)


def _is_part_of(shot: Shot, part: Shot) -> bool:
    names = ("capture", "generator", "sources", "clip", "channels")
    return all(getattr(shot, name) == getattr(part, name) for name in names)


def _merge(folder: Path, shot: Shot, part: Path, other: Shot) -> Shot:
    gone = missing_frames(part, other, other.frames)
    frames = {frame: record for frame, record in other.frames.items() if frame not in gone}
    known = {item.key: item for item in shot.objects}
    found = {item.key: item for item in other.objects} if frames else {}
    new = [item for key, item in found.items() if key not in known]
    both = {key: replace(known[key], uv=least_trusted(known[key].uv, found[key].uv)) for key in known.keys() & found}
    added = {item.key: replace(item, id=len(known) + number) for number, item in enumerate(new, start=1)}
    objects = known | both | added
    for name in {item.geometry for item in new}:
        shutil.copyfile(geometry_path(part, name), geometry_path(folder, name))
    translation = _Translation(folder, objects, part, {item.key: item for item in other.objects})
    for frame in frames:
        write_motion(folder, frame, translation.of(read_motion(part, frame)))
        passes_path(part, frame).replace(passes_path(folder, frame))
    warnings = tuple(dict.fromkeys([*shot.warnings, *other.warnings]))
    frames = {**shot.frames, **frames}
    return replace(shot, objects=tuple(objects.values()), frames=frames, warnings=warnings)


class _Translation:
    """A part's motion, told against the geometry of the shot: a bending object's geometry is that of its first frame,
    which is another one in the part."""

    def __init__(
        self, folder: Path, objects: Mapping[str, ShotObject], part: Path, part_objects: Mapping[str, ShotObject]
    ) -> None:
        self._names = {key: item.geometry for key, item in objects.items()}
        self._part_names = {key: item.geometry for key, item in part_objects.items()}
        self._stored = cache(lambda name: _read_mesh(geometry_path(folder, name)))
        self._part_stored = cache(lambda name: _read_mesh(geometry_path(part, name)))

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
        if name == part_name:
            return changed
        stored, mesh = self._stored(name), {**self._part_stored(part_name), **changed}
        names = {each for each in SHAPE_ARRAYS if not np.array_equal(mesh[each], stored[each])}
        return mesh if names - {"vertices"} else {each: mesh[each] for each in names}


def _read_mesh(path: Path) -> Mesh:
    with np.load(path) as file:
        return dict(file)
