"""An evaluated mesh with unique UVs, as arrays: read fast and hashed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import bpy
import numpy as np

from ...engine.contract.hashing import content_hash
from ...engine.contract.layers import same_uv, uv_gist
from .islands import uv_islands
from .resting import at_rest
from .texture_uv import make_attribute
from .uv_choice import ARTIST, BareMesh, UvLayer
from .uv_layers import UvLayers
from .uv_maps import LAYER_NAMES, SOURCES, rendered_map, uv_maps
from .writing import write_values

MOST_UV_MAPS = 8  # that a mesh can have


@dataclass(frozen=True, eq=False)
class Polygons:
    """How vertices make polygons, and how they are shaded."""

    corner_vertices: np.ndarray  # (C,) int32
    starts: np.ndarray  # (P,) int32
    shading: tuple[np.ndarray, ...]
    """What the normals depend on, beside the positions."""

    def equals(self, other: Polygons) -> bool:
        mine, others = ((each.corner_vertices, each.starts, *each.shading) for each in (self, other))
        return len(mine) == len(others) and all(map(np.array_equal, mine, others))


@dataclass(frozen=True, eq=False)
class Topology:
    """How a mesh's vertices make a surface: all of it but their positions."""

    polygons: Polygons
    artist_uv: np.ndarray | None  # (C, 2) float32
    layer: UvLayer
    """The UVs that are captured."""
    corners: np.ndarray  # (T, 3) int32, the corners of each triangle
    unmodified: str
    """Changes with the UVs that the object has before its modifiers."""

    @cached_property
    def triangles(self) -> np.ndarray:  # (T, 3) int32, vertices
        return self.polygons.corner_vertices[self.corners]

    @cached_property
    def uv(self) -> np.ndarray:  # (T, 3, 2) float32
        return self.layer.corner_uv[self.corners]

    @cached_property
    def island(self) -> np.ndarray:  # (T,) int32
        return uv_islands(self.triangles, self.uv)

    @cached_property
    def digest(self) -> str:
        return content_hash(self.triangles, uv_gist(self.uv), self.unmodified, *self.polygons.shading)

    def is_of(self, polygons: Polygons, rendered: UvLayer | None) -> bool:
        """Whether a mesh is still this surface, but for how its polygons are cut into triangles."""
        kept = self.artist_uv if rendered is None or rendered.source == ARTIST else self.layer.corner_uv
        uv = rendered.corner_uv if rendered else None
        keeps_uv = kept is uv if kept is None or uv is None else same_uv(uv, kept)
        return keeps_uv and self.polygons.equals(polygons)


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


def prepare_mesh(item: bpy.types.Object, key: str, before: MeshArrays | None, layers: UvLayers) -> MeshArrays:
    """The mesh of an evaluated object, of which one instance has this key. It is given unique UVs if it has none. What
    equals `before`, the same object's mesh a frame earlier, is taken from there.

    Comparing arrays is far cheaper than reading triangles and hashing, and a mesh's address proves nothing: Blender
    gives it to another one once the frame is over.
    """
    mesh = item.data
    vertices = _read(mesh.vertices, "co", 3, np.float32)
    polygons, rendered = _read_polygons(mesh), _read_layer(mesh)
    same_vertices = before is not None and np.array_equal(vertices, before.vertices)
    if before and before.topology.is_of(polygons, rendered):
        topology = _cut_as_now(mesh, before.topology, same_vertices)
    else:
        corners = _read_corners(mesh)
        posed = BareMesh(vertices, polygons.corner_vertices, polygons.starts, corners)
        choose = partial(layers.choose, item.name_full, key, _at_rest(item, posed))
        topology = _new_topology(polygons, corners, rendered, _unmodified_uv(item), choose)
    if topology.layer.source != ARTIST and (rendered is None or rendered.source == ARTIST):
        _write_layer(mesh, topology.layer)
    if before and same_vertices and topology is before.topology:
        return before
    return MeshArrays(vertices, topology)


def _at_rest(item: bpy.types.Object, posed: BareMesh) -> BareMesh:
    """What UVs are chosen for: the artist's own mesh wherever it is only deformed."""
    mesh = item.original.data
    if not isinstance(mesh, bpy.types.Mesh) or len(mesh.loops) != len(posed.corner_vertices):
        return posed
    vertices, polygons = _read(mesh.vertices, "co", 3, np.float32), _read_polygons(mesh)
    return at_rest(posed, BareMesh(vertices, polygons.corner_vertices, polygons.starts, _read_corners(mesh)))


def _unmodified_uv(item: bpy.types.Object) -> str:
    mesh = item.original.data
    named = mesh.uv_layers if isinstance(mesh, bpy.types.Mesh) else ()
    layers = [_read(layer.uv, "vector", 2, np.float32) for layer in named if layer.active_render]
    return content_hash(*layers)


def _new_topology(
    polygons: Polygons,
    corners: np.ndarray,
    rendered: UvLayer | None,
    unmodified: str,
    choose: Callable[[np.ndarray | None], UvLayer],
) -> Topology:
    if rendered and rendered.source != ARTIST:  # Blender kept the mesh since it was given these UVs
        return Topology(polygons, None, rendered, corners, unmodified)
    artist_uv = rendered.corner_uv if rendered else None
    return Topology(polygons, artist_uv, choose(artist_uv), corners, unmodified)


def _cut_as_now(mesh: bpy.types.Mesh, before: Topology, same_vertices: bool) -> Topology:
    """How a quad or an n-gon is cut into triangles depends on its vertices' positions."""
    if same_vertices or len(before.polygons.corner_vertices) == 3 * len(before.polygons.starts):
        return before
    corners = _read_corners(mesh)
    return before if np.array_equal(corners, before.corners) else replace(before, corners=corners)


def _read_polygons(mesh: bpy.types.Mesh) -> Polygons:
    return Polygons(
        corner_vertices=_read(mesh.loops, "vertex_index", 1, np.int32),
        starts=_read(mesh.polygons, "loop_start", 1, np.int32),
        shading=_read_shading(mesh),
    )


def _read_layer(mesh: bpy.types.Mesh) -> UvLayer | None:
    """The UVs that Cycles renders. On a mesh that geometry nodes made there may be none, until one is chosen here:
    Cycles has not read the evaluated mesh yet."""
    maps = uv_maps(mesh)
    if not maps:
        return None
    rendered = rendered_map(maps)
    if not rendered.active_render:
        rendered.active_render = True
    return UvLayer(_read(rendered.uv, "vector", 2, np.float32), SOURCES.get(rendered.name, ARTIST))


def _write_layer(mesh: bpy.types.Mesh, layer: UvLayer) -> None:
    """Makes Cycles render the layer. Only this frame's evaluated mesh has it, never the artist's."""
    if len(mesh.uv_layers) == MOST_UV_MAPS:
        make_attribute(mesh, next(other for other in mesh.uv_layers if not other.active_render))
    written = mesh.uv_layers.new(name=LAYER_NAMES[layer.source], do_init=False)
    write_values(written.uv, "vector", layer.corner_uv)
    written.active_render = True


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
