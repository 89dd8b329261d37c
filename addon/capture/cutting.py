"""Regions that cover themselves when they are laid flat, cut until none does."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from .connectivity import Faces, SharedEdges, borders, connected
from .uv_uniqueness import NEGLIGIBLE, covered_texels

ROUNDS = 12  # of cutting: each halves the layers that lie above each other
MOST_COVERS = 16  # pieces above each other: where there are more, the pieces stay as they were cut


def cut_where_covered(
    faces: Faces,
    region: np.ndarray,  # (F,) int64
    flat: np.ndarray,  # (C, 2) float64, the texture of each region for itself
    height: np.ndarray,  # (F,) float64, above the region's plane
) -> np.ndarray:
    """Pieces of the regions, none of which covers itself: (F,) int64.

    A cut lies half-way up between the layers; pieces that it parts in vain are joined again. Faces that cover each
    other at one height become pieces of their own.
    """
    uv, face_of_triangle = flat[faces.corners], faces.face_of_triangle
    pieces = region
    for _ in range(ROUNDS):
        one, other = _covering_pairs(uv, face_of_triangle, pieces)
        if not len(one):
            return pieces if pieces is region else _join_again(faces, region, pieces, uv)
        pieces = _cut(faces.edges, pieces, height, one, other)
    one, other = _covering_pairs(uv, face_of_triangle, pieces)
    alone = np.union1d(one, other)
    pieces[alone] = pieces.max() + 1 + np.arange(len(alone))
    return pieces


def _covering_pairs(uv: np.ndarray, face_of_triangle: np.ndarray, pieces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of faces of one piece that share a texel, once for each texel; none where they are negligible."""
    covered = covered_texels(uv, pieces[face_of_triangle])
    again = np.flatnonzero(covered.again)
    one, other = (face_of_triangle[covered.triangle[index]] for index in (again, again + 1))
    apart = one != other  # a bent polygon may cover itself, and cannot be cut
    if apart.sum() <= NEGLIGIBLE / 4 * len(covered.texel):
        return one[:0], other[:0]
    return one[apart], other[apart]


def _cut(edges: SharedEdges, pieces: np.ndarray, height: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    count = int(pieces.max()) + 1
    pairs = np.bincount(pieces[one], minlength=count)
    total = np.bincount(pieces[one], (height[one] + height[other]) / 2, count)
    threshold = np.divide(total, pairs, out=np.full(count, np.inf), where=pairs > 0)
    is_above = height > threshold[pieces]
    same = (pieces[edges.first] == pieces[edges.second]) & (is_above[edges.first] == is_above[edges.second])
    return connected(len(pieces), edges.first[same], edges.second[same])


def _join_again(faces: Faces, region: np.ndarray, pieces: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Joins pieces of one region along their longest borders, as long as they do not cover each other."""
    covering = _covering_pieces(faces, region, pieces, uv)
    if covering is None:
        return pieces
    border = borders(pieces, faces.edges.where(region[faces.edges.first] == region[faces.edges.second]))
    roots = list(range(int(pieces.max()) + 1))
    for index in np.argsort(-np.round(border.length, 4), kind="stable"):
        one, other = _root(roots, int(border.first[index])), _root(roots, int(border.second[index]))
        if one == other or other in covering[one]:
            continue
        keep, leave = (one, other) if len(covering[one]) >= len(covering[other]) else (other, one)
        roots[leave] = keep
        for piece in covering.pop(leave, set()):
            covering[piece].discard(leave)
            covering[piece].add(keep)
            covering[keep].add(piece)
    return np.array([_root(roots, piece) for piece in range(len(roots))])[pieces]


def _root(roots: list[int], piece: int) -> int:
    while roots[piece] != piece:
        roots[piece] = roots[roots[piece]]
        piece = roots[piece]
    return piece


def _covering_pieces(
    faces: Faces, region: np.ndarray, pieces: np.ndarray, uv: np.ndarray
) -> defaultdict[int, set[int]] | None:
    """For each piece those of its region that share a texel with it; None where too many lie above each other."""
    covered = covered_texels(uv, region[faces.face_of_triangle])
    piece, count = pieces[faces.face_of_triangle[covered.triangle]], int(pieces.max()) + 1
    found: defaultdict[int, set[int]] = defaultdict(set)
    for distance in range(1, MOST_COVERS + 1):
        again = covered.texel[distance:] == covered.texel[:-distance]
        if not again.any():
            return found
        pairs = np.unique(piece[:-distance][again] * count + piece[distance:][again])
        for one, other in zip((pairs // count).tolist(), (pairs % count).tolist(), strict=True):
            if one != other:
                found[one].add(other)
                found[other].add(one)
    return None
