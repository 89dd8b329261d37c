"""What a frame shows: every instance of every mesh that Cycles renders, read from the depsgraph it renders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import bpy
import numpy as np

from ...engine.contract.errors import SceneInvalid
from ...engine.contract.hashing import content_hash
from ...engine.contract.shot import Camera, CaptureSettings
from .cameras import read_camera
from .identity import Identity, Members, identity_of
from .materials import cover_mesh, holes_digest
from .meshes import MeshArrays, read_mesh
from .uv_layers import UvLayers
from .writing import write_values

RENDERABLE = {"MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD", "VOLUME"}
BESIDE_FACES = {"CURVES": "hair", "VOLUME": "volume"}
"""What objects show that is no surface. Curves are nothing that renders: as hair they are of another type."""


@dataclass(frozen=True)
class Surface:
    """One instance of a mesh."""

    identity: Identity
    owner: str
    """The object that shows it: itself, or its instancer."""
    kind: str
    """The type of the object: where it is not MESH, Blender has made the mesh, and its UVs if it has any."""
    matrix: np.ndarray  # (4, 4) float64, object to world
    mesh: MeshArrays

    @property
    def title(self) -> str:
        """What people know it by: the name of the object, with that of its instancer if another one shows it."""
        name = repr(self.identity.name)
        return name if self.owner == self.identity.name else f"{name} of {self.owner!r}"


@dataclass(frozen=True)
class FrameScene:
    """The surfaces and the camera of one frame."""

    camera: Camera
    surfaces: Mapping[str, Surface]  # by key, sorted
    empty: tuple[str, ...]
    """Names of meshes that have no faces, and nothing that could make any."""
    points: tuple[str, ...]
    """Names of objects that make points, which are left out."""
    beside_faces: tuple[tuple[str, str], ...]
    """Names of objects and what they make beside faces, which is left out: see BESIDE_FACES."""
    holes: str
    """Changes whenever the holes of surfaces do; empty where there are none."""

    @cached_property
    def digest(self) -> str:
        """Changes whenever what is seen changes, and with nothing else."""
        camera = [self.camera.projection, self.camera.intrinsics.tolist(), self.camera.world_to_camera.tolist()]
        surfaces = [
            [key, surface.mesh.vertex_digest, surface.mesh.topology.digest] for key, surface in self.surfaces.items()
        ]
        return content_hash(camera, surfaces, self.matrices, self.holes)

    @cached_property
    def matrices(self) -> np.ndarray:  # (N, 4, 4) float64, in the order of `surfaces`
        return np.array([surface.matrix for surface in self.surfaces.values()]).reshape(-1, 4, 4)

    @cached_property
    def tied(self) -> tuple[tuple[Surface, ...], ...]:
        """The groups of surfaces that the object pass cannot tell apart."""
        by_value: defaultdict[float, list[Surface]] = defaultdict(list)
        for surface in self.surfaces.values():
            by_value[surface.identity.pass_value].append(surface)
        return tuple(tuple(group) for group in by_value.values() if len(group) > 1)

    @cached_property
    def twins(self) -> tuple[tuple[Surface, ...], ...]:
        """The groups of surfaces that nothing tells apart: tied, and at one place."""
        by_place: defaultdict[tuple[int, bytes], list[Surface]] = defaultdict(list)
        for number, group in enumerate(self.tied):
            for surface in group:
                by_place[number, surface.matrix[:3, 3].astype(np.float32).tobytes()].append(surface)
        return tuple(tuple(group) for group in by_place.values() if len(group) > 1)

    def shows_something(self, settings: CaptureSettings) -> bool:
        """Whether any surface's bounding box reaches into the picture."""
        return any(_in_picture(self.camera, surface, settings) for surface in self.surfaces.values())


def read_frame(
    depsgraph: bpy.types.Depsgraph, settings: CaptureSettings, before: Mapping[str, Surface], layers: UvLayers
) -> FrameScene:
    """Reads a render depsgraph, and gives its meshes unique UVs. `before` holds an earlier frame's surfaces, so that
    what stays is not read again."""
    surfaces: dict[str, Surface] = {}
    meshes: dict[int, MeshArrays] = {}  # by address: instances of one evaluated mesh share it
    empty: set[str] = set()
    points: set[str] = set()
    beside_faces: set[tuple[str, str]] = set()
    members = Members()
    faces: list[list[str]] = []  # names of meshes, and digests of their faces' materials
    for instance in depsgraph.object_instances:
        if not _meets_camera_rays(instance, depsgraph):
            continue
        item = instance.object
        if item.type == "POINTCLOUD":
            _shrink_points(item.data)
            points.add(_owner(instance).name)
        if item.type != "MESH" or not item.data.polygons:
            empty |= {item.name} if _stays_empty(item) else set()
            beside_faces |= {(_owner(instance).name, BESIDE_FACES[item.type])} if item.type in BESIDE_FACES else set()
            continue
        identity = identity_of(instance, members)
        if identity.key in surfaces:
            raise SceneInvalid(f"two instances of {identity.name!r} cannot be told apart", "rename one of them")
        address = item.data.as_pointer()
        if address not in meshes:
            faces.append([item.name_full, cover_mesh(item.data, depsgraph)])
            earlier = before.get(identity.key)
            mesh_before = earlier.mesh if earlier else None
            meshes[address] = read_mesh(item.data, item.name_full, identity.key, mesh_before, layers)
        owner, kind = _owner(instance).name, item.original.type
        surfaces[identity.key] = Surface(identity, owner, kind, _matrix(instance), meshes[address])
    camera = read_camera(depsgraph, settings.width, settings.height)
    holes = holes_digest(depsgraph, sorted(faces))
    return FrameScene(
        camera,
        dict(sorted(surfaces.items())),
        empty=tuple(sorted(empty)),
        points=tuple(sorted(points)),
        beside_faces=tuple(sorted(beside_faces)),
        holes=holes,
    )


def _stays_empty(item: bpy.types.Object) -> bool:
    """Whether it is a mesh without faces. Modifiers may make some in another frame, or take them away in this one."""
    return item.type == "MESH" and item.original.type == "MESH" and not item.original.modifiers


def _shrink_points(points: bpy.types.PointCloud) -> None:
    """Makes points invisible to Cycles, which has not read them yet and would render them as balls."""
    radius = points.attributes.get("radius") or points.attributes.new("radius", "FLOAT", "POINT")
    write_values(radius.data, "value", np.zeros(len(points.points)))


def _owner(instance: bpy.types.DepsgraphObjectInstance) -> bpy.types.Object:
    return instance.parent or instance.object


def _matrix(instance: bpy.types.DepsgraphObjectInstance) -> np.ndarray:
    return np.array([*map(tuple, instance.matrix_world)])  # numpy takes four times as long for a matrix of Blender's


def _meets_camera_rays(instance: bpy.types.DepsgraphObjectInstance, depsgraph: bpy.types.Depsgraph) -> bool:
    owner = _owner(instance)
    return (
        instance.show_self
        and instance.object.visible_camera
        and owner.visible_camera
        and not owner.indirect_only_get(view_layer=depsgraph.view_layer_eval)
    )


def _in_picture(camera: Camera, surface: Surface, settings: CaptureSettings) -> bool:
    """Whether the bounding box is not wholly on the outer side of one of the picture's edges, or behind the camera."""
    corners = np.concatenate([surface.mesh.bounds, np.ones((8, 1))], axis=1)
    x, y, z, _ = camera.world_to_camera @ surface.matrix @ corners.T
    in_front = z > 0
    w = z if camera.projection == "perspective" else np.ones_like(z)
    u, v, _ = camera.intrinsics @ np.stack([x, y, w])
    inside = (u > 0, u < settings.width * w, v > 0, v < settings.height * w, in_front)
    return all(side.any() for side in inside)
