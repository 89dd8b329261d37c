"""The geometry and motion files of a shot folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...engine.contract.files import atomic
from ...engine.contract.shot import geometry_path, motion_path
from .meshes import MeshArrays, Topology
from .surfaces import FrameScene, Surface


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
            and np.array_equal(topology.uv, self.uv)
        ):
            self.equal_topology = topology
        return topology is self.equal_topology


class GeometryStore:
    """Writes a surface's geometry the first time it is seen, and what differs from it with every frame.

    `known` are the keys whose files an earlier capture of the same scene left.
    """

    def __init__(self, folder: Path, known: Iterable[str]) -> None:
        self._folder = folder
        self._known = set(known)
        self._stored: dict[str, StoredGeometry] = {}

    def write(self, frame: int, scene: FrameScene) -> None:
        motion: dict[str, np.ndarray] = {}
        for key, surface in scene.surfaces.items():
            motion |= self._motion_of(key, surface)
        with atomic(motion_path(self._folder, frame)) as path, path.open("wb") as file:
            np.savez(file, **motion)  # type: ignore[arg-type]  # the names are keys, none is an option

    def _motion_of(self, key: str, surface: Surface) -> dict[str, np.ndarray]:
        mesh, topology = surface.mesh, surface.mesh.topology
        stored = self._geometry(key, mesh)
        arrays: dict[str, np.ndarray] = {}
        if stored.has_vertices_of(mesh):
            arrays[f"matrix/{key}"] = surface.matrix
        else:
            arrays[f"vertices/{key}"] = to_world(surface)
        if not stored.has_topology_of(topology):
            arrays |= {
                f"triangles/{key}": topology.triangles,
                f"uv/{key}": topology.uv,
                f"island/{key}": topology.island,
            }
        return arrays

    def _geometry(self, key: str, mesh: MeshArrays) -> StoredGeometry:
        if key not in self._stored:
            path = geometry_path(self._folder, key)
            if key not in self._known or not path.is_file():
                self._write_geometry(path, mesh)
            with np.load(path) as file:
                self._stored[key] = StoredGeometry(file["vertices"], file["triangles"], file["uv"])
        return self._stored[key]

    def _write_geometry(self, path: Path, mesh: MeshArrays) -> None:
        topology = mesh.topology
        with atomic(path) as temporary, temporary.open("wb") as file:
            np.savez(file, vertices=mesh.vertices, triangles=topology.triangles, uv=topology.uv, island=topology.island)


def to_world(surface: Surface) -> np.ndarray:
    """(V, 3) float32, metres."""
    rotation, translation = surface.matrix[:3, :3], surface.matrix[:3, 3]
    return (surface.mesh.vertices @ rotation.T + translation).astype(np.float32)
