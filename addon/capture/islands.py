"""UV islands: which triangles hang together on the texture."""

from __future__ import annotations

import numpy as np

CELLS = 4096  # per unit of UV: corners of a vertex that lie closer than half a cell are one point of the texture


def uv_islands(
    vertices: np.ndarray,  # (T, 3) int32, mesh vertex of each corner
    uv: np.ndarray,  # (T, 3, 2) float32
) -> np.ndarray:
    """The island of each triangle: (T,) int32, numbered in the order of their first triangles.

    Triangles hang together where corners share a mesh vertex and lie at one place in the texture. Rounding to a grid
    would part neighbours on either side of a grid line, so there are four grids, half a cell apart, and corners that
    meet in any of them are one.
    """
    grids = [_points(vertices, uv, (x, y)) for x in (0.0, 0.5) for y in (0.0, 0.5)]
    return _connected(np.concatenate([points * len(grids) + index for index, points in enumerate(grids)], axis=1))


def _points(vertices: np.ndarray, uv: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    """A number for each corner, (T, 3): equal where vertex and grid cell are equal."""
    cells = np.floor(uv.astype(np.float64) * CELLS + shift).astype(np.int64)
    _, texel = np.unique(cells[..., 0] * (1 << 32) + cells[..., 1], return_inverse=True)
    corners = vertices.astype(np.int64) * (texel.max(initial=0) + 1) + texel.reshape(vertices.shape)
    return np.unique(corners, return_inverse=True)[1].reshape(vertices.shape)


def _connected(
    points: np.ndarray,  # (T, P) int64: what triangles share
) -> np.ndarray:
    """Connected components by label propagation: every component takes its lowest neighbour's label, then all labels
    jump to their roots; the number of components at least halves in every round."""
    labels = np.arange(len(points))
    lowest = np.empty(points.max(initial=-1) + 1, dtype=labels.dtype)
    while True:
        lowest.fill(len(points))
        for column in points.T:
            np.minimum.at(lowest, column, labels)
        nearest = lowest[points].min(axis=1, initial=len(points))
        if np.array_equal(nearest, labels):
            return np.unique(labels, return_inverse=True)[1].astype(np.int32).reshape(-1)
        np.minimum.at(labels, labels.copy(), nearest)
        while not np.array_equal(labels, jumped := labels[labels]):
            labels = jumped
