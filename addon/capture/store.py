"""The geometry and motion files of a shot folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...engine.contract.files import atomic
from ...engine.contract.geometry import read_geometry
from ...engine.contract.hashing import content_hash
from ...engine.contract.layers import same_uv
from ...engine.contract.motion import AS_STORED, Motion, write_motion
from ...engine.contract.shot import ShotObject, geometry_path
from .meshes import MeshArrays, Topology
from .surfaces import FrameScene


@dataclass(eq=False)
class StoredGeometry:
    """What a geometry file holds, with the mesh that was last found to equal it."""

    vertices: np.ndarray
    triangles: np.ndarray
    uv: np.ndarray
    equal_mesh: MeshArrays | None = None
    equal_topology: Topology | None = None

    def has_vertices_of(self, mesh: MeshArrays) -> bool:
        if mesh is not self.equal_mesh and np.array_equal(mesh.vertices, self.vertices):
            self.equal_mesh = mesh
        return mesh is self.equal_mesh

    def has_topology_of(self, topology: Topology) -> bool:
        if (
            topology is not self.equal_topology
            and np.array_equal(topology.triangles, self.triangles)
            and same_uv(topology.uv, self.uv)
        ):
            self.equal_topology = topology
        return topology is self.equal_topology


def geometry_name(mesh: MeshArrays) -> str:
    """Names a mesh's file by its content: in whatever order frames are captured, one mesh has one file."""
    return content_hash(mesh.vertex_digest, mesh.topology.digest)[:16]


class GeometryStore:
    """Writes a mesh the first time it is seen, and what differs from it with every frame.

    `known` are the objects of an earlier capture of the same scene, whose geometry is written.
    """

    def __init__(self, folder: Path, known: Iterable[ShotObject]) -> None:
        self._folder = folder
        self._names = {item.key: item.geometry for item in known}
        self._stored: dict[str, StoredGeometry] = {}

    def write(self, frame: int, scene: FrameScene) -> Motion:
        """Returns what it writes as the frame's motion."""
        shapes: dict[tuple[str, int], int] = {}  # by geometry file and mesh: what instances share is written once
        meshes: list[dict[str, np.ndarray]] = []
        shape_of = np.full(len(scene.surfaces), AS_STORED, np.int32)
        for row, (key, surface) in enumerate(scene.surfaces.items()):
            name = self._geometry_of(key, surface.mesh)
            shape = (name, id(surface.mesh))
            if shape not in shapes:
                differing = _differing(self._stored[name], surface.mesh)
                shapes[shape] = len(meshes) if differing else AS_STORED
                meshes += [differing] if differing else []
            shape_of[row] = shapes[shape]
        motion = Motion(np.array(list(scene.surfaces), np.str_), scene.matrices, shape_of, tuple(meshes))
        write_motion(self._folder, frame, motion)
        return motion

    def _geometry_of(self, key: str, mesh: MeshArrays) -> str:
        """The name of the object's geometry file, which lies there afterwards."""
        if key not in self._names:
            self._names[key] = geometry_name(mesh)
        name = self._names[key]
        if name not in self._stored:
            path = geometry_path(self._folder, name)
            if not path.is_file():
                self._write_geometry(path, mesh)
            stored = read_geometry(path)
            self._stored[name] = StoredGeometry(stored["vertices"], stored["triangles"], stored["uv"])
        return name

    def _write_geometry(self, path: Path, mesh: MeshArrays) -> None:
        topology = mesh.topology
        with atomic(path) as temporary, temporary.open("wb") as file:
            np.savez(file, vertices=mesh.vertices, triangles=topology.triangles, uv=topology.uv, island=topology.island)


def _differing(stored: StoredGeometry, mesh: MeshArrays) -> dict[str, np.ndarray]:
    """What the mesh has otherwise than its geometry file: nothing, its vertices, or all of it."""
    topology = mesh.topology
    if not stored.has_topology_of(topology):
        return {
            "vertices": mesh.vertices,
            "triangles": topology.triangles,
            "uv": topology.uv,
            "island": topology.island,
        }
    return {} if stored.has_vertices_of(mesh) else {"vertices": mesh.vertices}
