"""The artist's UVs for textures that cut holes: the UVs that the passes are rendered with may be others."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np

from .borrowing import Loans
from .node_trees import with_groups
from .uv_maps import SOURCES, rendered_map, uv_maps
from .writing import write_values

ATTRIBUTE = "Overpaint Texture UV"


def keep_texture_uv(mesh: bpy.types.Mesh) -> None:
    """Stores the UVs that an evaluated mesh is rendered with, once: before it is given others, and never those, which
    it still has in the next frame if it does not change."""
    maps = [uv_map for uv_map in uv_maps(mesh) if uv_map.name not in SOURCES]
    if maps and ATTRIBUTE not in mesh.attributes:
        _store(mesh, ATTRIBUTE, _read(mesh, rendered_map(maps)))


def make_attribute(mesh: bpy.types.Mesh, uv_map: bpy.types.MeshUVLoopLayer) -> None:
    """Makes a UV map of an evaluated mesh an attribute of its name, for there are never more than eight maps: textures
    take either."""
    name, uv = uv_map.name, _read(mesh, uv_map)
    mesh.uv_layers.remove(uv_map)
    _store(mesh, name, uv)


def _read(mesh: bpy.types.Mesh, uv_map: bpy.types.MeshUVLoopLayer) -> np.ndarray:  # (C, 2) float32
    uv = np.empty((len(mesh.loops), 2), np.float32)
    uv_map.uv.foreach_get("vector", uv.reshape(-1))
    return uv


def _store(mesh: bpy.types.Mesh, name: str, uv: np.ndarray) -> None:
    """With a third number, 0: two at each corner are a UV map."""
    stored = mesh.attributes.new(name, "FLOAT_VECTOR", "CORNER")
    write_values(stored.data, "vector", np.pad(uv, ((0, 0), (0, 1))))


def use_texture_uv(loans: Loans, trees: Iterable[bpy.types.NodeTree]) -> None:
    """Makes node trees, and the groups in them, take the stored UVs wherever they take those of the render."""
    for tree in with_groups(trees):
        stored = tree.nodes.new("ShaderNodeAttribute")
        loans.callback(tree.nodes.remove, stored)
        stored.attribute_name = ATTRIBUTE
        for node in tree.nodes:
            if node.type == "TEX_IMAGE" and not node.inputs["Vector"].links:
                tree.links.new(stored.outputs["Vector"], node.inputs["Vector"])
            elif node.type in ("UVMAP", "TEX_COORD") and not node.from_instancer and not getattr(node, "uv_map", ""):
                _replace(loans, node.outputs["UV"], stored.outputs["Vector"])


def _replace(loans: Loans, output: bpy.types.NodeSocket, other: bpy.types.NodeSocket) -> None:
    for link in list(output.links):
        target = link.to_socket
        output.id_data.links.new(other, target)
        loans.callback(output.id_data.links.new, output, target)
