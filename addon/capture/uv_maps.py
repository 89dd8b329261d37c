"""The UV maps of evaluated meshes: the artist's, and those that the capture adds."""

from __future__ import annotations

from uuid import uuid4

import bpy

from .uv_choice import MADE, REPACKED, REPLACED

_OURS = uuid4().hex
"""In the names of maps of ours: no artist's map is ever taken for one, whatever it is called."""
LAYER_NAMES = {source: f"Overpaint {source} {_OURS}" for source in (REPACKED, REPLACED, MADE)}
SOURCES = {name: source for source, name in LAYER_NAMES.items()}


def uv_maps(mesh: bpy.types.Mesh) -> list[bpy.types.MeshUVLoopLayer]:
    return [uv_map for uv_map in mesh.uv_layers if not uv_map.name.startswith(".")]


def rendered_map(maps: list[bpy.types.MeshUVLoopLayer]) -> bpy.types.MeshUVLoopLayer:
    """The one that is marked for the render; the first where none is, as geometry nodes leave them."""
    return next((uv_map for uv_map in maps if uv_map.active_render), maps[0])
