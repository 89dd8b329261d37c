"""Fluids that were simulated into files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy

BAKED = {
    "mesh": ("has_cache_baked_mesh", (".bobj.gz", ".obj")),
    "particles": ("has_cache_baked_particles", (".vdb", ".uni", ".raw")),
}
"""By folder: the setting that tells whether it is baked, and what the names of its files end with."""
FOLDERS = ("config", "data", "guiding", "mesh", "noise", "particles", "script")
"""Where a domain writes its files, in its own folder."""


def is_domain(modifier: bpy.types.Modifier) -> bool:
    return modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN"


def fluid_folder(modifier: bpy.types.FluidModifier) -> Path:
    """Where the files of a domain are."""
    directory = modifier.domain_settings.cache_directory
    return Path(bpy.path.abspath(directory, library=modifier.id_data.library))


def simulated_files(modifier: bpy.types.FluidModifier) -> Iterator[Path]:
    """All files of a domain."""
    for name in FOLDERS:
        yield from (path for path in (fluid_folder(modifier) / name).rglob("*") if path.is_file())


def surface_files(modifier: bpy.types.FluidModifier) -> Iterator[Path]:
    """What is there of the files with a domain's meshes and particles."""
    for name in BAKED:
        yield from (path for path in (fluid_folder(modifier) / name).rglob("*") if path.is_file())


def baked_surfaces(modifier: bpy.types.FluidModifier) -> Iterator[list[Path]]:
    """What each file with a baked mesh or particles may be called, whether it is there or not."""
    settings = modifier.domain_settings
    frames = range(settings.cache_frame_start, settings.cache_frame_end + 1)
    for name in (name for name, (is_baked, _) in BAKED.items() if getattr(settings, is_baked)):
        for frame in frames:
            yield [fluid_folder(modifier) / name / f"fluid_{name}_{frame:04}{suffix}" for suffix in BAKED[name][1]]


def fluids_at_rest(item: bpy.types.Object) -> Iterator[str]:
    """A warning for each fluid of an object that moves only when it is baked, and nobody did, or its files are lost."""
    for modifier in (modifier for modifier in item.modifiers if modifier.show_render and is_domain(modifier)):
        name, folder = f"the fluid {modifier.name!r} of {item.name!r}", fluid_folder(modifier)
        if modifier.domain_settings.cache_type == "REPLAY":
            if modifier.domain_settings.domain_type == "LIQUID" and not bpy.app.binary_path:
                hint = "bake it in Blender, or let OVERPAINT_BLENDER name one"
                yield f"{name} stays at its start, for Blender as a module of Python simulates no liquids: {hint}"
        elif not modifier.domain_settings.has_cache_baked_any:
            yield f"{name} is not baked, and stays at its start"
        elif not any(path.is_file() for path in folder.rglob("*")):
            hint = "put them there, or bake it again"
            yield f"{name} is baked, but its files are missing in {folder}: it is captured without them; {hint}"
