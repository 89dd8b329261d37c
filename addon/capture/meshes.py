"""An evaluated mesh as arrays, read fast and hashed once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import bpy
import numpy as np

from ...engine.contract.hashing import content_hash
from .islands import uv_islands


@dataclass(frozen=True, eq=False)
class Topology:
    """How a mesh's vertices make a surface: all of it but their positions."""

    corner_vertices: np.ndarray  # (C,) int32
    polygon_starts: np.ndarray  # (P,) int32
    has_uv: bool
    corner_uv: np.ndarray  # (C, 2) float32, zeros where the mesh has no UV layer
    shading: tuple[np.ndarray, ...]
    """What the normals depend on, beside the positions."""
    corners: np.ndarray  # (T, 3) int32, the corners of each triangle

    @cached_property
    def triangles(self) -> np.ndarray:  # (T, 3) int32, vertices
        return self.corner_vertices[self.corners]

    @cached_property
    def uv(self) -> np.ndarray:  # (T, 3, 2) float32
        return self.corner_uv[self.corners]

    @cached_property
    def island(self) -> np.ndarray:  # (T,) int32
        return uv_islands(self.triangles, self.uv)

    @cached_property
    def digest(self) -> str:
        return content_hash(self.triangles, self.uv, *self.shading)

    def equals(self, other: Topology) -> bool:
        """Whether the surface is the same, but for how polygons are cut into triangles."""
        mine, others = (
            (each.corner_vertices, each.polygon_starts, each.corner_uv, *each.shading) for each in (self, other)
        )
        same_kind = self.has_uv == other.has_uv and len(mine) == len(others)
        return same_kind and all(map(np.array_equal, mine, others))


@dataclass(frozen=True, eq=False)
class MeshArrays:
    """A mesh in its object's space, with everything its passes depend on."""

    vertices: np.ndarray  # (V, 3) float32
    topology: Topology

    @cached_property
    def vertex_digest(self) -> str:
        return content_hash(self.vertices)

    @cached_property
    def bounds(self) -> np.ndarray:  # (8, 3) float64, corners of the box around the vertices
        low, high = self.vertices.min(axis=0), self.vertices.max(axis=0)
        choice = np.indices((2, 2, 2)).reshape(3, 8).T
        return np.where(choice, high, low).astype(np.float64)


def read_mesh(mesh: bpy.types.Mesh, before: MeshArrays | None) -> MeshArrays:
    """The evaluated mesh. What equals `before`, the same object's mesh a frame earlier, is taken from there.

    Comparing arrays is far cheaper than reading triangles and hashing, and a mesh's address proves nothing: Blender
    gives it to another one once the frame is over.
    """
    vertices = _read(mesh.vertices, "co", 3, np.float32)
    same_vertices = before is not None and np.array_equal(vertices, before.vertices)
    topology = _read_topology(mesh, before.topology if before else None, same_vertices)
    if before and same_vertices and topology is before.topology:
        return before
    return MeshArrays(vertices, topology)


def _read_topology(mesh: bpy.types.Mesh, before: Topology | None, same_vertices: bool) -> Topology:
    uv = _uv_layer(mesh)
    found = Topology(
        corner_vertices=_read(mesh.loops, "vertex_index", 1, np.int32),
        polygon_starts=_read(mesh.polygons, "loop_start", 1, np.int32),
        has_uv=uv is not None,
        corner_uv=_read(uv.uv, "vector", 2, np.float32) if uv else np.zeros((len(mesh.loops), 2), np.float32),
        shading=_read_shading(mesh),
        corners=np.empty((0, 3), np.int32),
    )
    unchanged = before is not None and found.equals(before)
    all_triangles = len(found.corner_vertices) == 3 * len(found.polygon_starts)
    if before and unchanged and (same_vertices or all_triangles):
        return before
    corners = _read_corners(mesh)  # how a quad or an n-gon is cut depends on its vertices' positions
    if before and unchanged and np.array_equal(corners, before.corners):
        return before
    return replace(found, corners=corners)


def _uv_layer(mesh: bpy.types.Mesh) -> bpy.types.MeshUVLoopLayer | None:
    """The layer that Cycles renders. On a mesh that geometry nodes made there may be none, until one is chosen here:
    Cycles has not read the evaluated mesh yet."""
    named = [layer for layer in mesh.uv_layers if not layer.name.startswith(".")]
    rendered = next((layer for layer in named if layer.active_render), None)
    if rendered is None and named:
        rendered = named[0]
        rendered.active_render = True
    return rendered


def _read_corners(mesh: bpy.types.Mesh) -> np.ndarray:
    mesh.calc_loop_triangles()
    return _read(mesh.loop_triangles, "loops", 3, np.int32)


def _read_shading(mesh: bpy.types.Mesh) -> tuple[np.ndarray, ...]:
    """Flat faces and sharp edges; the normals themselves where somebody set them."""
    flags = [mesh.attributes.get(name) for name in ("sharp_face", "sharp_edge")]
    arrays = [_read(flag.data, "value", 1, bool) if flag else np.empty(0, bool) for flag in flags]
    if mesh.has_custom_normals:
        arrays.append(_read(mesh.corner_normals, "vector", 3, np.float32))
    return tuple(arrays)


def _read(collection: bpy.types.bpy_prop_collection, name: str, width: int, dtype: type) -> np.ndarray:
    values: np.ndarray = np.empty(len(collection) * width, dtype)
    collection.foreach_get(name, values)
    return values.reshape(-1, width) if width > 1 else values
