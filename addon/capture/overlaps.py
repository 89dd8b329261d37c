"""Triangles that overlap where they are laid flat, found exactly."""

from __future__ import annotations

import numpy as np

from .quadtree import AFTER, meeting_pairs, outward_normals
from .uv_uniqueness import texture_areas

TOUCHING = 2.0**-21
"""Of the side of the square that all triangles fill: those that overlap less deeply only touch, for 32-bit UVs are no
finer than that."""

CHUNK = 2**18  # pairs at a time, for the sake of memory


def overlapping_pairs(
    uv: np.ndarray,  # (T, 3, 2) float64: those that run clockwise are left out
    vertices: np.ndarray,  # (T, 3) int: corners of one vertex and one piece lie at one place
    piece: np.ndarray,  # (T,) int64
    side: float,  # of the square that the triangles are going to fill
) -> np.ndarray:
    """Pairs (N, 2) of triangles of one piece that overlap: not all of them, but none only if no two overlap.

    Where one triangle ends at a side and another begins, as many cover a point on either side. So how often points are
    covered changes at the border of a piece only, and where they are covered twice, one of the two is at the border.
    """
    solid = np.flatnonzero(heights(uv) > TOUCHING * side)
    points = uv[solid]
    pairs = meeting_pairs(points, piece[solid], _at_border(vertices[solid], piece[solid]))
    starts = range(0, len(pairs), CHUNK)
    deep = [_depth(points, pairs[start : start + CHUNK]) > TOUCHING * side for start in starts]
    return solid[pairs[np.concatenate([np.empty(0, bool), *deep])]]


def heights(uv: np.ndarray) -> np.ndarray:
    """The shortest height of each triangle, (T,), negative where it runs clockwise."""
    longest = np.linalg.norm(uv[:, AFTER] - uv, axis=-1).max(axis=1, initial=0.0)
    return 2 * np.divide(texture_areas(uv), longest, out=np.zeros(len(uv)), where=longest > 0)


def _at_border(vertices: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """(T, 3) bool: whether a side is not shared with just one other triangle of the piece, which runs the other way."""
    start, end = vertices.reshape(-1).astype(np.int64), vertices[:, AFTER].reshape(-1).astype(np.int64)
    count = int(vertices.max(initial=0)) + 1
    edge, owner = np.minimum(start, end) * count + np.maximum(start, end), np.repeat(piece, 3)
    order = np.lexsort((edge, owner))
    is_new = (np.diff(edge[order], prepend=-1) != 0) | (np.diff(owner[order], prepend=-1) != 0)
    run = np.cumsum(is_new) - 1
    direction = np.bincount(run, np.where(start < end, 1, -1)[order])
    at_border = np.empty(len(edge), bool)
    at_border[order] = ((np.bincount(run) != 2) | (direction != 0))[run]
    return at_border.reshape(-1, 3)


def _depth(points: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """How deeply triangles overlap, (N,): the shortest way that parts them. Convex shapes are apart if they are so
    along the normal of one of their sides."""
    one, other = points[pairs[:, 0]], points[pairs[:, 1]]
    normals = np.concatenate([outward_normals(one), outward_normals(other)], axis=1)  # (N, 6, 2)
    first, second = (normals @ corners.transpose(0, 2, 1) for corners in (one, other))  # (N, 6, 3)
    return (np.minimum(first.max(-1), second.max(-1)) - np.maximum(first.min(-1), second.min(-1))).min(axis=1)
