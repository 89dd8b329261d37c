"""Where a frame's objects are, and the shapes they have in it: the files in motion/; see docs/shot-folder.md."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .errors import ShotInvalid
from .files import atomic
from .geometry import MESH_ARRAYS
from .shot import motion_path

AS_STORED = -1


@dataclass(frozen=True, eq=False)
class Motion:
    """One frame's objects."""

    keys: np.ndarray  # (N,) str
    matrices: np.ndarray  # (N, 4, 4) float64, object to world
    shape_of: np.ndarray  # (N,) int32, an index of `shapes`, or AS_STORED
    shapes: tuple[Mapping[str, np.ndarray], ...] = field(default=())
    """Arrays of a geometry file that are others in this frame: always `vertices`, all of them if the topology is."""

    def __post_init__(self) -> None:
        count = len(self.keys)
        for name, shape in (("matrices", (count, 4, 4)), ("shape_of", (count,))):
            if (found := getattr(self, name).shape) != shape:
                raise ValueError(f"{name}: expected {shape}, got {found}")
        if count and not AS_STORED <= self.shape_of.min() <= self.shape_of.max() < len(self.shapes):
            raise ValueError(f"shape_of: expected {AS_STORED} to {len(self.shapes) - 1}, got {self.shape_of.tolist()}")

    def places(self) -> dict[str, np.ndarray]:
        """Where each object's origin is in the world, (3,) float32, by its key."""
        return dict(zip(self.keys.tolist(), self.matrices[:, :3, 3].astype(np.float32), strict=True))


def write_motion(folder: Path, frame: int, motion: Motion) -> None:
    arrays = {"keys": motion.keys, "matrices": motion.matrices, "shape_of": motion.shape_of}
    for index, shape in enumerate(motion.shapes):
        arrays |= {f"{name}/{index}": array for name, array in shape.items()}
    with atomic(motion_path(folder, frame)) as path, path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # none of the names is an option


def read_motion(folder: Path, frame: int) -> Motion:
    """Raises ShotInvalid naming the file that is missing or damaged."""
    path = motion_path(folder, frame)
    try:
        with np.load(path) as arrays:
            shape_of = arrays["shape_of"]
            shapes = tuple(
                {name: arrays[f"{name}/{index}"] for name in MESH_ARRAYS if f"{name}/{index}" in arrays}
                for index in range(shape_of.max(initial=AS_STORED) + 1)
            )
            return Motion(arrays["keys"], arrays["matrices"], shape_of, shapes)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ShotInvalid(
            f"{path} cannot be read: {error}", f"capture frame {frame} again: delete the file and run the same command"
        ) from error
