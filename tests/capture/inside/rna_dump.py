"""Everything a script can read of Blender's settings, as text by path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

USER_INTERFACE = {"all_ids", "brushes", "screens", "window_managers", "workspaces"}
NO_SETTINGS = {
    "depsgraph",
    "id_data",
    "is_updated",
    "is_updated_data",
    "linear_colorspace_settings",  # follows the file format, and is nothing at all until a script sets that
    "original",
    "rna_type",
    "storage_type",  # changes when an attribute is looked at
    "tag",
    "tool_settings",  # of the window; Blender 4.2 crashes when it is asked for some of them
}


def dump_settings() -> dict[str, str]:
    """Every readable property of every datablock, the names of the datablocks, and the handlers."""
    found = {"filepath": bpy.data.filepath, "scene": bpy.context.scene.name}
    for name in dir(bpy.data):
        blocks = getattr(bpy.data, name)
        if isinstance(blocks, bpy.types.bpy_prop_collection) and name not in USER_INTERFACE:
            found[name] = repr(sorted(blocks.keys()))
            for block in blocks:
                found |= dict(_walk(block, f"{name}[{block.name!r}]", set()))
    for name in dir(bpy.app.handlers):
        if isinstance(handlers := getattr(bpy.app.handlers, name), list):
            found[f"handlers.{name}"] = repr(handlers)
    engines = bpy.types.RenderEngine.__subclasses__()
    found["engines"] = repr(sorted(engine.__name__ for engine in engines if engine.is_registered))
    return found


def _walk(struct: Any, path: str, above: set[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    identity = (struct.as_pointer(), struct.bl_rna.identifier)  # a struct may begin where its owner begins
    if identity in above:
        return
    above = above | {identity}
    for prop in struct.bl_rna.properties:
        if prop.identifier in NO_SETTINGS:
            continue
        where, value = f"{path}.{prop.identifier}", getattr(struct, prop.identifier, None)
        if prop.type == "COLLECTION":
            yield where, str(len(value))
            for index, item in enumerate(value[:8]):  # a mesh has thousands
                if item is not None and not isinstance(item, bpy.types.ID):
                    yield from _walk(item, f"{where}[{index}]", above)
        elif prop.type == "POINTER" and value is not None and not isinstance(value, bpy.types.ID):
            yield from _walk(value, where, above)
        elif prop.type == "POINTER":
            yield where, "None" if value is None else value.name
        else:
            yield where, repr(value[:] if getattr(prop, "is_array", False) else value)
