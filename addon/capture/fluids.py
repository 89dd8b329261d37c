"""Fluids that were simulated into files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy


def is_domain(modifier: bpy.types.Modifier) -> bool:
    return modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN"


def fluid_folder(modifier: bpy.types.FluidModifier) -> Path:
    """Where the files of a domain are."""
    directory = modifier.domain_settings.cache_directory
    return Path(bpy.path.abspath(directory, library=modifier.id_data.library))


def fluids_at_rest(item: bpy.types.Object) -> Iterator[str]:
    """A warning for each fluid of an object that moves only when it is baked, and nobody did, or its files are lost."""
    for modifier in item.modifiers:
        if not modifier.show_render or not is_domain(modifier) or modifier.domain_settings.cache_type == "REPLAY":
            continue
        name, folder = f"the fluid {modifier.name!r} of {item.name!r}", fluid_folder(modifier)
        if not modifier.domain_settings.has_cache_baked_any:
            yield f"{name} is not baked, and stays at its start"
        elif not any(path.is_file() for path in folder.rglob("*")):
            hint = "put them there, or bake it again"
            yield f"{name} is baked, but its files are missing in {folder}: it is captured without them; {hint}"
