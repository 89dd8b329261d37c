"""The files of a baked simulation, which lie beside the scene file and get lost when that is moved or renamed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy

from .borrowing import Loans


def is_on_disk(cache: bpy.types.PointCache) -> bool:
    return cache.use_external or cache.use_disk_cache


def has_lost_files(cache: bpy.types.PointCache) -> bool:
    """Whether the cache is on disk, is said to be baked, and has not a single file."""
    is_baked = cache.use_external or cache.is_baked
    is_saved = bool(bpy.data.filepath)  # else Blender keeps the files among its temporary ones
    return is_on_disk(cache) and is_baked and is_saved and not cache_files(cache)


def lost_frames(cache: bpy.types.PointCache) -> list[int]:
    """The frames of a bake that have no file, where others have one: Blender makes do with those.

    A bake has a file for each frame from 1 on. Of external files nobody knows which there should be.
    """
    files = cache_files(cache) if cache.is_baked and cache.use_disk_cache and not cache.use_external else []
    there = {path.stem.split("_")[-2] for path in files}
    baked = range(max(cache.frame_start, 1), cache.frame_end + 1) if there else ()
    return [frame for frame in baked if f"{frame:06}" not in there]


def baked_frames(cache: bpy.types.PointCache) -> Iterator[list[Path]]:
    """What the file of each frame of a bake may be called, whether it is there or not. External files are those of the
    frames for which there were some when the scene was saved."""
    if cache.is_baked or cache.use_external:
        of_object = {_in_hexadecimal(cache, beyond_ascii) for beyond_ascii in ("", "FFFFFF")}
        names = [cache.name] if cache.name or cache.use_external else sorted(of_object)
        for frame in range(max(cache.frame_start, 1), cache.frame_end + 1):
            yield [cache_folder(cache) / f"{name}_{frame:06}{_number(cache)}.bphys" for name in names]


def cache_files(cache: bpy.types.PointCache) -> list[Path]:
    return list(cache_folder(cache).glob(_pattern(cache)))


def cache_folder(cache: bpy.types.PointCache) -> Path:
    library = cache.id_data.library if cache.use_library_path else None
    if cache.use_external:
        return Path(bpy.path.abspath(cache.filepath, library=library))
    return folder_beside(Path(bpy.path.abspath(library.filepath if library else bpy.data.filepath)))


def folder_beside(scene_file: Path) -> Path:
    return scene_file.parent / f"blendcache_{scene_file.stem}"


def may_be_freed(cache: bpy.types.PointCache) -> bool:
    with bpy.context.temp_override(point_cache=cache):
        return bpy.ops.ptcache.free_bake.poll()


def free_bake(loans: Loans, cache: bpy.types.PointCache) -> None:
    """Makes the cache one that is not baked. No file is touched by that, nor when it is given back."""
    with bpy.context.temp_override(point_cache=cache):
        bpy.ops.ptcache.free_bake()
    loans.callback(_bake_from_cache, cache)


def _bake_from_cache(cache: bpy.types.PointCache) -> None:
    with bpy.context.temp_override(point_cache=cache):
        bpy.ops.ptcache.bake_from_cache()


def _pattern(cache: bpy.types.PointCache) -> str:
    """Of the names of files: the cache's own or that of its object in hexadecimal, a frame, and the cache's number."""
    hexadecimal = _in_hexadecimal(cache, beyond_ascii="*")
    name = _escaped(cache.name) if cache.name or cache.use_external else hexadecimal
    return f"{name}_[0-9-]*{_number(cache)}.bphys"


def _number(cache: bpy.types.PointCache) -> str:
    return f"_{cache.index:02}" if cache.index >= 0 else ""  # else there is none in the names, or any


def _in_hexadecimal(cache: bpy.types.PointCache, beyond_ascii: str) -> str:
    """The name of a cache's object, with something before each byte from 0x80 on: there Blender extends the sign where
    characters have one."""
    return "".join(f"{beyond_ascii if byte > 0x7F else ''}{byte:02X}" for byte in cache.id_data.name.encode())


def _escaped(name: str) -> str:
    return name.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
