"""The meshes of a shot as they stand in one of its frames: geometry/ and motion/ together."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from engine.contract.errors import ShotInvalid
from engine.contract.hashing import content_hash
from engine.contract.motion import AS_STORED, read_motion
from engine.contract.shot import Shot, ShotObject, geometry_path


@dataclass(frozen=True, eq=False)
class Mesh:
    """A mesh with the vertices that it has in some frame."""

    vertices: np.ndarray  # (V, 3) float32, object space
    triangles: np.ndarray  # (T, 3) int32
    uv: np.ndarray  # (T, 3, 2) float32, per corner
    island: np.ndarray  # (T,) int32, the UV island of each triangle; all one where the shot does not tell
    topology: str
    """Equal as long as triangles and UVs are: only so long is a point of the texture one point of the surface."""

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> Mesh:
        vertices, triangles, uv = (arrays[name] for name in ("vertices", "triangles", "uv"))
        island = arrays["island"] if "island" in arrays else np.zeros(len(triangles), np.int32)
        if island.shape != (len(triangles),):
            raise ValueError(f"island: expected one for each of {len(triangles)} triangles, got {island.shape}")
        return cls(vertices, triangles, uv, island, content_hash(triangles, uv))


@dataclass(frozen=True, eq=False)
class PosedObject:
    """One object of a frame."""

    item: ShotObject
    mesh: Mesh
    matrix: np.ndarray  # (4, 4) float64, object to world

    def has_shape_of(self, other: PosedObject) -> bool:
        """Whether the object only moved as a whole from there to here."""
        return self.mesh is other.mesh


class Poses:
    """Reads which meshes stand where; a mesh that several frames or objects share is held once."""

    def __init__(self, folder: Path, shot: Shot) -> None:
        self._folder = folder
        self._objects = {item.key: item for item in shot.objects}
        self._read_once = cache(self._read_geometry)

    def stored(self, item: ShotObject) -> Mesh:
        """The mesh in the object's geometry file. Raises ShotInvalid where it is missing or damaged."""
        return self._read_once(item.geometry)

    def at(self, frame: int) -> dict[int, PosedObject]:
        """The objects of a frame by id. Raises ShotInvalid naming the file that is missing or damaged."""
        motion = read_motion(self._folder, frame)
        shapes: dict[tuple[str, int], Mesh] = {}
        posed = {}
        for key, matrix, shape in zip(motion.keys.tolist(), motion.matrices, motion.shape_of.tolist(), strict=True):
            item = self._objects.get(key)
            if item is None:
                raise ShotInvalid(
                    f"the motion of frame {frame} has the key {key}, which no object has", "capture again"
                )
            mesh = self.stored(item)
            if shape != AS_STORED:
                mesh = shapes.setdefault((item.geometry, shape), _reshaped(mesh, motion.shapes[shape]))
            posed[item.id] = PosedObject(item, mesh, matrix)
        return posed

    def _read_geometry(self, name: str) -> Mesh:
        path = geometry_path(self._folder, name)
        try:
            with np.load(path) as arrays:
                return Mesh.of(arrays)
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ShotInvalid(f"{path} cannot be read: {error}", "capture the scene again") from error


def has_geometry(folder: Path) -> bool:
    """Whether the shot's writer knew its meshes; the passes alone are a shot too."""
    return (folder / "geometry").is_dir()


def _reshaped(stored: Mesh, shape: Mapping[str, np.ndarray]) -> Mesh:
    if "triangles" in shape:
        return Mesh.of(shape)
    return Mesh(shape["vertices"], stored.triangles, stored.uv, stored.island, stored.topology)
