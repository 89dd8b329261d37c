"""The files that a scene is made of."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Set
from pathlib import Path

import bpy

from ...engine.contract.shot import source_hash
from .simulations import baked_files

BLENDERS_OWN = "/datafiles/assets/"  # brushes; the path may be that of the Blender which saved the file

FIRST_TILE = 1001  # of ten in a row


def source_hashes(but: Set[Path] = frozenset()) -> Mapping[str, str]:
    """SHA-256 of the open file and of all it reads (libraries, caches, images), by path relative to its folder; `but`
    are files that Blender has written since."""
    scene_file = Path(bpy.data.filepath)
    read = [Path(path) for path in bpy.utils.blend_paths(absolute=True)]
    files = {scene_file, *baked_files()} - but
    files |= {path for path in read if not path.is_dir() and BLENDERS_OWN not in path.as_posix()}
    files = {tile for path in files for tile in tiles_of(path)}
    files |= {tile for image in bpy.data.images for tile in _own_tiles(image)}
    files |= {path for image in bpy.data.images if image.source == "SEQUENCE" for path in files_of(image)}
    return {_relative(path, scene_file.parent): source_hash(path) for path in sorted(files)}


def files_of(image: bpy.types.Image) -> list[Path]:
    """The files that an image is read from: its tiles, or all frames of its sequence."""
    path = Path(bpy.path.abspath(image.filepath_raw, library=image.library))
    return _frames_of(path) if image.source == "SEQUENCE" else tiles_of(path)


def tiles_of(path: Path) -> list[Path]:
    """The files that a path with a UDIM pattern stands for; any other path stands for itself."""
    pattern = path.name.replace("<UDIM>", "[0-9]*").replace("<UVTILE>", "u[0-9]*_v[0-9]*")
    return [path] if pattern == path.name else sorted(path.parent.glob(pattern))


def _own_tiles(image: bpy.types.Image) -> list[Path]:
    """The files of the tiles that an image has outside the scene file, whether they are there or not."""
    if image.source != "TILED" or image.packed_file or not image.filepath_raw:
        return []
    path, tiles = Path(bpy.path.abspath(image.filepath_raw, library=image.library)), []
    for number in (tile.number for tile in image.tiles):
        row, column = divmod(number - FIRST_TILE, 10)
        name = path.name.replace("<UDIM>", str(number)).replace("<UVTILE>", f"u{column + 1}_v{row + 1}")
        tiles.append(path.with_name(name))
    return tiles


def _frames_of(path: Path) -> list[Path]:
    """The file of a sequence's frame with those of all others: their names differ in the last number only."""
    name = re.fullmatch("(.*?)[0-9]+([^0-9]*)", path.stem)
    if name is None or not path.parent.is_dir():
        return [path]
    start, end = re.escape(name[1]), re.escape(name[2] + path.suffix)
    return sorted(other for other in path.parent.iterdir() if re.fullmatch(f"{start}[0-9]+{end}", other.name))


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return path.as_posix()
