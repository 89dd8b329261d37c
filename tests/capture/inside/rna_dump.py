"""Everything a script can read of Blender's settings, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

NOT_SETTINGS = {
    "rna_type",
    "storage_type",  # changes when an attribute is looked at
    "depsgraph",  # belongs to the evaluation, not to the file
    "is_updated",
    "is_updated_data",
    "tag",
    "original",
    "id_data",
}
USER_INTERFACE = {"all_ids", "brushes", "screens", "window_managers", "workspaces"}


def dump_everything() -> dict[str, str]:
    """Every readable property of every datablock, by path; handlers and names of datablocks among them."""
    found: dict[str, str] = {}
    for name in dir(bpy.data):
        blocks = getattr(bpy.data, name)
        if isinstance(blocks, bpy.types.bpy_prop_collection) and name not in USER_INTERFACE:
            found[f"data.{name}"] = repr(sorted(blocks.keys()))
            for block in blocks:
                found |= dict(_walk(block, f"{name}[{block.name!r}]", set()))
    for name in dir(bpy.app.handlers):
        if isinstance(handlers := getattr(bpy.app.handlers, name), list):
            found[f"handlers.{name}"] = repr(handlers)
    found["engines"] = repr(sorted(cls.__name__ for cls in bpy.types.RenderEngine.__subclasses__()))
    found["filepath"] = bpy.data.filepath
    return found


def _walk(struct: Any, path: str, above: set[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    identity = (struct.as_pointer(), struct.bl_rna.identifier)  # a struct may begin where its owner begins
    if identity in above:
        return
    above = above | {identity}
    for prop in struct.bl_rna.properties:
        if prop.identifier in NOT_SETTINGS:
            continue
        where = f"{path}.{prop.identifier}"
        value = getattr(struct, prop.identifier, None)
        if prop.type == "POINTER" and value is not None and not isinstance(value, bpy.types.ID):
            yield from _walk(value, where, above)
        elif prop.type == "COLLECTION":
            yield where, str(len(value))
            for index, item in enumerate(value[:8]):  # enough to notice; meshes have thousands
                if item is not None and not isinstance(item, bpy.types.ID):
                    yield from _walk(item, f"{where}[{index}]", above)
        elif prop.type == "POINTER":
            yield where, "None" if value is None else value.name
        else:
            yield where, repr(value[:] if getattr(prop, "is_array", False) else value)
