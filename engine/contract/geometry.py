"""Meshes as they are stored: the files in geometry/; see docs/shot-folder.md."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from .errors import ShotInvalid

MESH_ARRAYS = ("vertices", "triangles", "uv", "island")


def read_geometry(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a geometry file, by MESH_ARRAYS. Raises ShotInvalid naming a file that is missing or damaged."""
    try:
        with np.load(path) as arrays:
            return {name: arrays[name] for name in MESH_ARRAYS}
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ShotInvalid(f"{path} cannot be read: {error}", "capture the scene again with --overwrite") from error
