"""What a frame shows: every instance of every mesh that Cycles renders, in the depsgraph it renders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import bpy
import numpy as np

from ...engine.contract.errors import SceneInvalid
from ...engine.contract.hashing import content_hash
from ...engine.contract.shot import Camera, CaptureSettings
from .cameras import read_camera
from .identity import Identity, Members, identity_of
from .materials import cover_mesh, has_holes
from .meshes import MeshArrays, prepare_mesh
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


@dataclass(frozen=True)
class FrameScene:
    """The surfaces and the camera of one frame."""

    camera: Camera
    surfaces: Mapping[str, Surface]  # by key, sorted
    left_out: tuple[str, ...]
    """Warnings of what is there and has no faces, sorted."""
    has_holes: bool
    """Whether materials may cut holes into surfaces; if so, the passes alone tell which."""

    @cached_property
    def digest(self) -> str:
        """Changes whenever what is seen changes, and with nothing else; but not with holes."""
        camera = [self.camera.projection, self.camera.intrinsics.tolist(), self.camera.world_to_camera.tolist()]
        surfaces = [
            [key, surface.mesh.vertex_digest, surface.mesh.topology.digest] for key, surface in self.surfaces.items()
        ]
        return content_hash(camera, surfaces, self.matrices)

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

    @cached_property
    def boxes(self) -> np.ndarray:  # (N, 8, 3) float64, camera space: the boxes around the surfaces
        corners = np.array([surface.mesh.bounds for surface in self.surfaces.values()]).reshape(-1, 8, 3)
        to_camera = self.camera.world_to_camera @ self.matrices
        return corners @ to_camera[:, :3, :3].swapaxes(1, 2) + to_camera[:, None, :3, 3]

    def in_view(self, settings: CaptureSettings) -> np.ndarray:  # (N,) bool
        """Whether a surface's box is not wholly beyond one of the picture's edges, or behind the camera."""
        z = self.boxes[..., 2]
        w = z if self.camera.projection == "perspective" else np.ones_like(z)
        pixels = np.dstack([self.boxes[..., :2], w]) @ self.camera.intrinsics.T
        u, v = pixels[..., 0], pixels[..., 1]
        inside = (u > 0, u < settings.width * w, v > 0, v < settings.height * w, z > 0)
        return np.logical_and.reduce([side.any(axis=1) for side in inside])


def prepare_frame(
    depsgraph: bpy.types.Depsgraph, settings: CaptureSettings, before: Mapping[str, Surface], layers: UvLayers
) -> FrameScene:
    """Makes a render depsgraph, which Cycles has not read yet, ready for the passes: its meshes get unique UVs and what
    covers them, and its points vanish. Returns what it shows. `before` holds an earlier frame's surfaces, so that what
    stays is not read again."""
    surfaces: dict[str, Surface] = {}
    meshes: dict[int, MeshArrays] = {}  # by address: instances of one evaluated mesh share it
    members = Members()
    left_out: set[str] = set()
    for instance in depsgraph.object_instances:
        if not _meets_camera_rays(instance, depsgraph):
            continue
        item, owner = instance.object, _owner(instance).name
        if item.type != "MESH" or not item.data.polygons:
            if item.type == "POINTCLOUD":
                _shrink_points(item.data)
            left_out.update(_left_out(item, owner))
            continue
        identity = identity_of(instance, members)
        if identity.key in surfaces:
            identity = identity_of(instance, members, by_number=True)
        if identity.key in surfaces:
            raise SceneInvalid(f"two instances of {identity.name!r} cannot be told apart", "rename one of them")
        address = item.data.as_pointer()
        if address not in meshes:
            cover_mesh(item.data, depsgraph)
            earlier = before.get(identity.key)
            meshes[address] = prepare_mesh(item, identity.key, earlier.mesh if earlier else None, layers)
        surfaces[identity.key] = Surface(identity, owner, item.original.type, _matrix(instance), meshes[address])
    camera = read_camera(depsgraph, settings.width, settings.height)
    return FrameScene(camera, dict(sorted(surfaces.items())), tuple(sorted(left_out)), has_holes(depsgraph.scene))


def _left_out(item: bpy.types.Object, owner: str) -> Iterator[str]:
    """A warning of an object without faces. Modifiers may give a mesh some in another frame, and an instancer's
    vertices are there for what it shows."""
    made_by = item.original
    if item.type == "POINTCLOUD":
        yield f"the points of {owner!r} are left out"
    elif item.type in BESIDE_FACES:
        yield f"{owner!r} is captured without its {BESIDE_FACES[item.type]}"
    elif item.type == made_by.type == "MESH" and not made_by.modifiers and made_by.instance_type == "NONE":
        yield f"{item.name!r} has no faces, and is left out"


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
