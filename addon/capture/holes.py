"""What the holes of surfaces depend on, as a digest: a cut-out that changes is another frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import bpy
import numpy as np

from ...engine.contract.hashing import content_hash
from ...engine.contract.layers import uv_gist
from ...engine.contract.shot import source_hash
from .identity import identity_outputs
from .node_trees import groups_of, with_groups
from .sources import files_of

DEPTH = 4  # of what a node has: a curve mapping has curves, these have points, and these have places
VALUES = {"BOOLEAN", "INT", "FLOAT", "STRING", "ENUM"}
ATTRIBUTE_NAMES = {"ATTRIBUTE": "attribute_name", "VERTEX_COLOR": "layer_name", "UVMAP": "uv_map"}
"""Where nodes have the names of the attributes that they read."""
ATTRIBUTE_VALUES = {
    "FLOAT": ("value", 1),
    "INT": ("value", 1),
    "BOOLEAN": ("value", 1),
    "FLOAT2": ("vector", 2),
    "FLOAT_VECTOR": ("vector", 3),
    "FLOAT_COLOR": ("color", 4),
    "BYTE_COLOR": ("color", 4),
}
"""By type: what the values of an attribute are called, and how many numbers each has."""


def nodes_digest(materials: Iterable[bpy.types.Material]) -> str:
    """Of all nodes that have a say in where the materials have holes, with their values in this frame."""
    return content_hash([[material.name_full, _tree(material.node_tree)] for material in materials])


def textures_digest(materials: Iterable[bpy.types.Material]) -> str:
    """Of the pixels of images that cut holes. They are hashed once: only their frames change during a capture."""
    images = hole_images(materials)
    return content_hash(sorted([image.name_full, image.alpha_mode, _pixels(image)] for image in images))


def hole_images(materials: Iterable[bpy.types.Material]) -> set[bpy.types.Image]:
    """The images that cut holes."""
    return {node.image for node in _hole_nodes(materials) if node.type == "TEX_IMAGE" and node.image}


def hole_attributes(materials: Iterable[bpy.types.Material]) -> set[str]:
    """The names of the attributes that cut holes: vertex colours, UV maps and others. Empty: the mesh's own colour."""
    nodes = (node for node in _hole_nodes(materials) if node.type in ATTRIBUTE_NAMES)
    return {getattr(node, ATTRIBUTE_NAMES[node.type]) for node in nodes}


def attributes_digest(mesh: bpy.types.Mesh, names: Iterable[str]) -> str:
    """Of the attributes of those names that the mesh has."""
    found = [mesh.attributes.get(name or mesh.attributes.default_color_name or "") for name in sorted(names)]
    present = [each for each in found if each and each.data_type in ATTRIBUTE_VALUES]
    return content_hash(*(uv_gist(_uv(each)) if _holds_uv(each) else _values(each) for each in present))


def _holds_uv(attribute: bpy.types.Attribute) -> bool:
    return attribute.domain == "CORNER" and attribute.data_type in ("FLOAT2", "FLOAT_VECTOR")


def _uv(attribute: bpy.types.Attribute) -> np.ndarray:
    """Without third numbers that mean nothing: a UV map may be an attribute by now, see texture_uv.make_attribute."""
    numbers = _values(attribute).reshape(len(attribute.data), -1)
    return numbers if numbers[:, 2:].any() else numbers[:, :2]


def _values(attribute: bpy.types.Attribute) -> np.ndarray:
    name, width = ATTRIBUTE_VALUES[attribute.data_type]
    values = np.empty(len(attribute.data) * width, np.float32)
    attribute.data.foreach_get(name, values)
    return values


def faces_digest(mesh: bpy.types.Mesh) -> str:
    """Of which face has which material."""
    index = np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("material_index", index)
    return content_hash([material.name_full if material else "" for material in mesh.materials], index)


def _tree(tree: bpy.types.NodeTree) -> list[Any]:
    return [_node(node) for node in _behind_identity(tree)]


def _behind_identity(tree: bpy.types.NodeTree) -> list[bpy.types.Node]:
    """The nodes that the object's value goes through, where there are holes: nearest first."""
    found = identity_outputs(tree)
    for node in found:
        found += [link.from_node for link in _links(node) if link.from_node not in found]
    return found


def _hole_nodes(materials: Iterable[bpy.types.Material]) -> Iterator[bpy.types.Node]:
    found = [node for material in materials for node in _behind_identity(material.node_tree)]
    yield from found
    for group in with_groups(groups_of(found)):
        yield from group.nodes


def _links(node: bpy.types.Node) -> list[bpy.types.NodeLink]:
    return [link for socket in node.inputs for link in socket.links if not link.is_muted]


def _node(node: bpy.types.Node) -> list[Any]:
    links = [[link.to_socket.identifier, link.from_node.type, link.from_socket.identifier] for link in _links(node)]
    values = [[socket.identifier, _plain(socket.default_value)] for socket in node.inputs if _has_value(socket)]
    outputs = [_plain(socket.default_value) for socket in node.outputs if node.type in ("VALUE", "RGB")]
    inside = [_node(each) for each in node.node_tree.nodes] if node.type == "GROUP" and node.node_tree else []
    common = bpy.types.Node.bl_rna.properties.keys()
    return [node.bl_idname, node.mute, _properties(node, common, DEPTH), links, values, outputs, inside]


def _has_value(socket: bpy.types.NodeSocket) -> bool:
    return not socket.is_linked and hasattr(socket, "default_value")


def _properties(owner: Any, but: Iterable[str], depth: int) -> dict[str, Any]:
    """Everything that can be set on a node or a part of it, and on its parts."""
    properties = [each for each in owner.bl_rna.properties if each.identifier not in {*but, "rna_type"}]
    kinds = {each.identifier: each.type for each in properties}
    found = {name: _plain(getattr(owner, name)) for name, kind in kinds.items() if kind in VALUES}
    for name, kind in kinds.items() if depth else ():
        part = getattr(owner, name)
        if isinstance(part, bpy.types.ID):
            found[name] = part.name_full
        elif part is not None and kind in ("POINTER", "COLLECTION"):
            parts = part if kind == "COLLECTION" else [part]
            found[name] = [_properties(each, (), depth - 1) for each in parts]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bpy.types.ID):
        return value.name_full
    if isinstance(value, set):
        return sorted(value)
    return value if isinstance(value, (bool, int, float, str, type(None))) else list(value)


def _pixels(image: bpy.types.Image) -> str:
    if image.is_dirty or image.source == "GENERATED":
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        return content_hash(pixels)
    if image.packed_file:
        return content_hash(np.frombuffer(image.packed_file.data, np.uint8))
    return content_hash([source_hash(path) for path in files_of(image)])
