"""The texels of a mesh: the points of its surface that lie under the cells of a grid over its UVs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.surface.rasterising import barycentric_at, rasterise

ROW_STRIDE = 1 << 32
"""A texel's cell as one number: row * ROW_STRIDE + column, whatever UDIM tiles there are."""


@dataclass(frozen=True, eq=False)
class SurfaceTexels:
    """The cells of a `resolution` x `resolution` grid per UDIM tile whose centres lie on the mesh, ordered by cell.

    Cell (column, row) covers u from column / resolution and v from row / resolution on: row 0 is at the bottom, and the
    next tile goes on where one ends. Where UVs meet in a centre, the lowest triangle has it.
    """

    resolution: int
    column: np.ndarray  # (N,) int32
    row: np.ndarray  # (N,) int32
    triangle: np.ndarray  # (N,) int32
    barycentric: np.ndarray  # (N, 3) float32

    def __len__(self) -> int:
        return len(self.triangle)

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.column, self.row, self.triangle, self.barycentric))

    def positions(self, vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
        """The texels' centres (N, 3) float32 on a mesh of these vertices (V, 3), in their space."""
        positions = np.zeros((len(self), 3), np.float32)
        for corner in range(3):
            positions += self.barycentric[:, corner, None] * vertices[triangles[self.triangle, corner]]
        return positions

    def areas(self, vertices: np.ndarray, triangles: np.ndarray, uv: np.ndarray) -> np.ndarray:
        """How much of the surface each texel stands for, (N,) float32 in square units of `vertices`."""
        edges = vertices[triangles[:, 1:]] - vertices[triangles[:, :1]]
        on_surface = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            stretch = on_surface / (2 * uv_areas(uv))
        return (stretch[self.triangle] / self.resolution**2).astype(np.float32)

    def find(self, uv: np.ndarray) -> np.ndarray:
        """The texel at or beside each UV (P, 2), (P,) int64; -1 where no texel is within one cell."""
        found = self._at(uv)
        for step in ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1)):
            lost = np.flatnonzero(found < 0)
            found[lost] = self._at(uv[lost] + np.array(step) / self.resolution)
        return found

    def _at(self, uv: np.ndarray) -> np.ndarray:
        column, row = np.floor(uv.astype(np.float64) * self.resolution).astype(np.int64).T
        return find_sorted(self._cells, row * ROW_STRIDE + column)

    @cached_property
    def _cells(self) -> np.ndarray:
        return self.row.astype(np.int64) * ROW_STRIDE + self.column


def make_texels(uv: np.ndarray, resolution: int) -> SurfaceTexels:
    """Rasterises a mesh once in UV space; uv is (T, 3, 2), per corner."""
    cover = rasterise(uv.astype(np.float64) * resolution)
    cells = cover.row * ROW_STRIDE + cover.column
    _, first = np.unique(cells, return_index=True)  # the first is of the lowest triangle
    return SurfaceTexels(
        resolution,
        cover.column[first].astype(np.int32),
        cover.row[first].astype(np.int32),
        cover.triangle[first].astype(np.int32),
        cover.barycentric[first].astype(np.float32),
    )


def uv_areas(uv: np.ndarray) -> np.ndarray:
    """The area (T,) that each triangle takes of a UV tile, 1 being all of it."""
    edges = uv[:, 1:].astype(np.float64) - uv[:, :1]
    return abs(edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]) / 2


def points_at(uv: np.ndarray, corners: np.ndarray, corner_uv: np.ndarray) -> np.ndarray:
    """The points (P, 3) that triangles, corners (P, 3, 3) with corner_uv (P, 3, 2), have at UVs (P, 2)."""
    return (barycentric_at(corner_uv.astype(np.float64), uv)[..., None] * corners).sum(axis=1)


def find_sorted(ordered: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The places of values in an array in ascending order, -1 for those that it lacks."""
    if not len(ordered):
        return np.full(len(wanted), -1)
    place = np.searchsorted(ordered, wanted).clip(max=len(ordered) - 1)
    return np.where(ordered[place] == wanted, place, -1)
