"""The files that a scene is made of."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import bpy

from ...engine.contract.shot import source_hash

BLENDERS_OWN = "/datafiles/assets/"  # brushes; the path may be that of the Blender which saved the file


def source_hashes() -> Mapping[str, str]:
    """SHA-256 of the open file and of all it reads (libraries, caches, images), by path relative to its folder."""
    scene_file = Path(bpy.data.filepath)
    read = [Path(path) for path in bpy.utils.blend_paths(absolute=True)]
    caches = scene_file.parent / f"blendcache_{scene_file.stem}"
    files = {scene_file, *caches.glob("*")}
    files |= {path for path in read if not path.is_dir() and BLENDERS_OWN not in path.as_posix()}
    files = {tile for path in files for tile in tiles_of(path)}
    return {_relative(path, scene_file.parent): source_hash(path) for path in sorted(files)}


def tiles_of(path: Path) -> list[Path]:
    """The files that a path with a UDIM pattern stands for; any other path stands for itself."""
    pattern = path.name.replace("<UDIM>", "[0-9]*").replace("<UVTILE>", "u[0-9]*_v[0-9]*")
    return [path] if pattern == path.name else sorted(path.parent.glob(pattern))


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return path.as_posix()
