"""Faces that still overlap where they are laid flat, each given a piece of its own."""

from __future__ import annotations

import numpy as np

from .connectivity import Faces, following_corners
from .overlaps import TOUCHING, heights, overlapping_pairs


def part_overlaps(
    faces: Faces,
    flat: np.ndarray,  # (C, 2) float64
    pieces: np.ndarray,  # (F,) int64, the texture of each for itself
) -> tuple[np.ndarray, np.ndarray]:
    """The corners and pieces so that no two triangles of a piece overlap.

    Of faces that overlap, those that overlap most others leave. A polygon that is folded over is laid on a circle,
    where its triangles lie side by side, however it is cut into them.
    """
    flat, pieces = flat.copy(), pieces.copy()
    side = float(np.sqrt(faces.area.sum()))
    upside_down = heights(flat[faces.corners]) < -TOUCHING * side
    folded = np.unique(faces.face_of_triangle[upside_down])
    _lay_on_circles(faces, flat, pieces, folded)
    unsure = np.ones(int(pieces.max(initial=-1)) + 1, bool)
    while True:
        asked = np.flatnonzero(unsure[pieces[faces.face_of_triangle]])
        corners, face = faces.corners[asked], faces.face_of_triangle[asked]
        pairs = overlapping_pairs(flat[corners], faces.corner_vertices[corners], pieces[face], side)
        if not len(pairs):
            return flat, pieces
        one, other = face[pairs].T
        _lay_on_circles(faces, flat, pieces, np.unique(one[one == other]))
        leaving = _leaving(faces, one[one != other], other[one != other])
        unsure = np.bincount(pieces[one], minlength=int(pieces.max()) + 1 + len(leaving)) > 0
        pieces[leaving] = _new_numbers(pieces, len(leaving))
        unsure[pieces[leaving]] = True


def _leaving(faces: Faces, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Of each pair the face that is in more pairs, or is the smaller one."""
    count = np.bincount(np.concatenate([one, other]), minlength=len(faces.area))
    stays = (count[one] < count[other]) | ((count[one] == count[other]) & (faces.area[one] >= faces.area[other]))
    return np.unique(np.where(stays, other, one))


def _lay_on_circles(faces: Faces, flat: np.ndarray, pieces: np.ndarray, chosen: np.ndarray) -> None:
    """Gives each chosen face a piece, and a circle as long as its sides together, along which these follow."""
    pieces[chosen] = _new_numbers(pieces, len(chosen))
    corner = np.flatnonzero(np.isin(faces.face_of_corner, chosen))
    points = faces.vertices[faces.corner_vertices]
    lengths = np.linalg.norm(points[following_corners(faces.face_of_corner)[corner]] - points[corner], axis=1)
    face = np.searchsorted(chosen, faces.face_of_corner[corner])
    around = np.bincount(face, lengths, len(chosen))
    before = np.cumsum(lengths) - lengths - (np.cumsum(around) - around)[face]
    angle = 2 * np.pi * np.divide(before, around[face], out=np.zeros_like(before), where=around[face] > 0)
    flat[corner] = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (around[face] / (2 * np.pi))[:, None]


def _new_numbers(pieces: np.ndarray, count: int) -> np.ndarray:
    return pieces.max(initial=-1) + 1 + np.arange(count)
