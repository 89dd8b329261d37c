"""What cuts the holes of surfaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy

from .identity import identity_outputs
from .node_trees import groups_of, with_groups


def hole_images(materials: Iterable[bpy.types.Material]) -> set[bpy.types.Image]:
    """The images that cut holes."""
    return {node.image for node in _hole_nodes(materials) if node.type == "TEX_IMAGE" and node.image}


def _hole_nodes(materials: Iterable[bpy.types.Material]) -> Iterator[bpy.types.Node]:
    found = [node for material in materials for node in _behind_identity(material.node_tree)]
    yield from found
    for group in with_groups(groups_of(found)):
        yield from group.nodes


def _behind_identity(tree: bpy.types.NodeTree) -> list[bpy.types.Node]:
    """The nodes that the object's value goes through, where there are holes: nearest first."""
    found = identity_outputs(tree)
    for node in found:
        found += [node for node in _sources(node) if node not in found]
    return found


def _sources(node: bpy.types.Node) -> list[bpy.types.Node]:
    return [link.from_node for socket in node.inputs for link in socket.links if not link.is_muted]
