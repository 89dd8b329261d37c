"""Everything that differs between the Blender versions from 4.2 on."""

from __future__ import annotations

import bpy

LITERAL_BRACES = (4, 5)  # from here on, braces in a render path are a template
MEDIA_TYPES = (5, 0)  # from here on, an image format belongs to a media type, and a multilayer EXR may be multi-part
ALWAYS_NODES = (5, 0)  # from here on, every material has its nodes

NEVER_MESHES = {
    "VOLUME": "volume",
    "POINTCLOUD": "point cloud",
    "GPENCIL": "grease pencil",
    "GREASEPENCIL": "grease pencil",
}
"""The types of objects that have no surface of triangles, in words. Grease pencil needs a GPU."""
EMPTY_POINTS_CRASH = (5, 0)  # Cycles of this version alone

NO_ADAPTIVE_SUBDIVISION = {"use_adaptive_subdivision": False}
"""What a modifier is to have: from 5.0 on it is the modifier that subdivides adaptively, not Cycles."""

IMAGE_FORMAT_SETTINGS = ("media_type", "file_format", "color_mode", "color_depth", "exr_codec", "use_exr_interleave")
"""In the order in which they have to be set: each may change those after it."""


def is_from_newer_blender() -> bool:
    """Whether the open file was written by a newer Blender than this one."""
    return tuple(bpy.data.version[:2]) > bpy.app.version[:2]


def may_become_mesh(item: bpy.types.Object) -> bool:
    """Whether an object of NEVER_MESHES is rendered nevertheless, for its geometry nodes may make a mesh of it."""
    has_nodes = any(modifier.type == "NODES" and modifier.show_render for modifier in item.modifiers)
    crashes = item.type == "POINTCLOUD" and bpy.app.version[:2] == EMPTY_POINTS_CRASH
    return has_nodes and item.type in ("VOLUME", "POINTCLOUD") and not crashes


def literal_path(path: str) -> str:
    """The path as `render.filepath` takes it, with nothing in it read as a template."""
    return path.replace("{", "{{").replace("}", "}}") if bpy.app.version >= LITERAL_BRACES else path


def image_format_settings(settings: bpy.types.ImageFormatSettings) -> list[str]:
    return [name for name in IMAGE_FORMAT_SETTINGS if hasattr(settings, name)]


def use_multilayer_exr(settings: bpy.types.ImageFormatSettings) -> None:
    """One part, 32-bit float, ZIP: the same layout from every version."""
    if bpy.app.version >= MEDIA_TYPES:
        settings.media_type = "MULTI_LAYER_IMAGE"
        settings.use_exr_interleave = True
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth = "32"
    settings.exr_codec = "ZIP"


def use_nodes(material: bpy.types.Material) -> bpy.types.NodeTree:
    """The material's node tree, without any node."""
    if bpy.app.version < ALWAYS_NODES:
        material.use_nodes = True
    material.node_tree.nodes.clear()
    return material.node_tree


def has_nodes(material: bpy.types.Material) -> bool:
    """Whether the material's nodes say how it looks. One from a library that is missing has none."""
    return bool(material.node_tree and (bpy.app.version >= ALWAYS_NODES or material.use_nodes))
