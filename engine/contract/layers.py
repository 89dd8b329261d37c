"""When UVs are the same ones: some modifiers compute them anew, with other rounding errors in every process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

TOLERANCE = 1e-6  # of a UDIM tile, or of the distance to the origin: passes promise 2e-5
SAMPLE = 1024  # numbers that are compared first: UVs that change with every frame mostly differ there
GIST_STEP = 1 / 256
GOLDEN = 0.6180339887498949


def same_uv(uv: np.ndarray, other: np.ndarray) -> bool:
    """Whether UVs of one shape are the same but for rounding errors; those of other shapes are not."""
    if uv.shape != other.shape:
        return False
    if np.array_equal(uv, other):
        return True
    uv, other = uv.reshape(-1), other.reshape(-1)
    return _close(uv[:SAMPLE], other[:SAMPLE]) and _close(uv, other)


def same_layer(
    mesh: Mapping[str, np.ndarray],  # `triangles` (T, 3) and `uv` (T, 3, 2), as geometry files have them
    other: Mapping[str, np.ndarray],
) -> bool:
    """Whether two meshes have the same triangles, and the same UVs on them."""
    return np.array_equal(mesh["triangles"], other["triangles"]) and same_uv(mesh["uv"], other["uv"])


def uv_gist(uv: np.ndarray) -> int:
    """Stands for UVs in a content hash: other UVs have another, and rounding errors change it once in thousands of
    meshes. Hashes of the numbers themselves, rounded or not, would see them in every large mesh.

    It is a weighted sum of all of them, in steps that are far above what rounding errors sum up to.
    """
    numbers = np.nan_to_num(uv.reshape(-1).astype(np.float64), posinf=0, neginf=0)
    weights = 1 + (np.arange(len(numbers)) * GOLDEN) % 1
    return round(float(weights @ numbers) / (GIST_STEP * max(len(numbers), 1) ** 0.5))


@dataclass(frozen=True, eq=False)
class CornerUv:
    """The UVs at the corners of a mesh's faces, however its polygons are cut into triangles: that depends on how they
    lie."""

    vertices: np.ndarray  # (P,) int32, sorted
    uv: np.ndarray  # (P, 2) float64

    @classmethod
    def of(cls, mesh: Mapping[str, np.ndarray]) -> CornerUv:
        """Corners of one vertex are one point where they have the same UVs: sorted by a slanted line across the
        texture, such corners are neighbours, and others hardly ever are."""
        vertices, uv = mesh["triangles"].reshape(-1), mesh["uv"].reshape(-1, 2).astype(np.float64)
        along = uv @ (1, GOLDEN)
        order = np.lexsort((along, vertices))
        apart = np.abs(np.diff(along[order])) > 4 * TOLERANCE * np.maximum(1, np.abs(along[order[1:]]))
        first = order[np.append(True, (np.diff(vertices[order]) != 0) | apart)]
        return cls(vertices[first], uv[first])

    def same_as(self, other: CornerUv) -> bool:
        return np.array_equal(self.vertices, other.vertices) and same_uv(self.uv, other.uv)


def _close(numbers: np.ndarray, others: np.ndarray) -> bool:
    return np.allclose(numbers, others, rtol=TOLERANCE, atol=TOLERANCE)
