"""UV islands: which triangles hang together on the texture."""

from __future__ import annotations

import numpy as np

from .connectivity import connected

CELLS = 4096  # per unit of UV: corners of a vertex that lie closer than half a cell are one point of the texture


def uv_islands(
    vertices: np.ndarray,  # (T, 3) int32, mesh vertex of each corner
    uv: np.ndarray,  # (T, 3, 2) float32
) -> np.ndarray:
    """The island of each triangle: (T,) int32, numbered in the order of their first triangles.

    Triangles hang together where corners share a mesh vertex and lie at one place in the texture.
    """
    corner_vertices, corner_uv = vertices.reshape(-1), uv.reshape(-1, 2)
    point, corner = _points(corner_vertices, corner_uv)
    point = point.reshape(-1, 3)
    pairs = [point[:, :2].T, point[:, 1:].T, *_near_pairs(corner_vertices[corner], corner_uv[corner])]
    label = connected(len(corner), *np.concatenate(pairs, axis=1))[point[:, 0]]
    _, first, island = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[island.reshape(-1)].astype(np.int32)


def _points(vertices: np.ndarray, uv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers corners so that those of equal vertex and UV are one point: (C,), and a corner of each point, (P,),
    sorted by vertex."""
    order = np.lexsort((uv[:, 1], uv[:, 0], vertices))
    is_new = _differ(vertices[order], uv[order, 0], uv[order, 1])
    point = np.empty(len(order), np.int64)
    point[order] = np.cumsum(is_new) - 1
    return point, order[is_new]


def _near_pairs(vertices: np.ndarray, uv: np.ndarray) -> list[np.ndarray]:
    """Pairs (2, N) of points that a vertex has close together.

    Rounding to a grid would part neighbours on either side of a grid line, so there are four grids, half a cell apart,
    and points that meet in any of them are near.
    """
    alone = _differ(vertices)
    several = np.flatnonzero(~(alone & np.append(alone[1:], True)))
    pairs = []
    for shift in ((0.0, 0.0), (0.0, 0.5), (0.5, 0.0), (0.5, 0.5)):
        cells = np.floor(uv[several].astype(np.float64) * CELLS + shift)
        order = np.lexsort((cells[:, 1], cells[:, 0], vertices[several]))
        same = np.flatnonzero(~_differ(vertices[several[order]], cells[order, 0], cells[order, 1]))
        pairs.append(several[np.stack([order[same - 1], order[same]])])
    return pairs


def _differ(*columns: np.ndarray) -> np.ndarray:
    """Whether each row is another than the one before; the first always is."""
    differs = np.ones(len(columns[0]), bool)
    differs[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return differs
