"""UVs for a surface that has none: a few large islands, each a flat view of its faces, all to one scale."""

from __future__ import annotations

import numpy as np

from .connectivity import Faces, faces_of
from .cutting import cut_where_covered
from .packing import pack_islands
from .parting import part_overlaps
from .regions import flat_regions


def unwrap(
    vertices: np.ndarray,  # (V, 3) float32
    corner_vertices: np.ndarray,  # (C,) int32
    polygon_starts: np.ndarray,  # (P,) int32
    corners: np.ndarray,  # (T, 3) int32
) -> np.ndarray:
    """UVs (C, 2) float32 in the unit square that nothing shares.

    Regions that can be laid flat are projected to their planes in metres, and cut where they cover themselves. The
    result depends on the positions, but not on differences as small as those between two versions of Blender.
    """
    faces = faces_of(vertices.astype(np.float64), corner_vertices, polygon_starts, corners)
    regions = flat_regions(faces)
    normal = regions.normal[regions.of_face]
    flat = _project(faces, normal)
    pieces = cut_where_covered(faces, regions.of_face, flat, _height(faces, normal))
    flat, pieces = part_overlaps(faces, flat, pieces)
    return pack_islands(flat, pieces[faces.face_of_corner])


def _project(faces: Faces, normal: np.ndarray) -> np.ndarray:
    """(C, 2) float64, metres in the plane of each face's region, z upwards where that is possible."""
    upwards = np.where(np.abs(normal[:, 2:]) < 0.9, [0.0, 0.0, 1.0], [0.0, 1.0, 0.0])
    right = np.cross(upwards, normal)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    axes = np.stack([right, np.cross(normal, right)], axis=1)  # (F, 2, 3)
    points = faces.vertices[faces.corner_vertices]
    return np.einsum("cax,cx->ca", axes[faces.face_of_corner], points)


def _height(faces: Faces, normal: np.ndarray) -> np.ndarray:
    """(F,) float64, metres along the faces' normals: the mean over their corners."""
    points = faces.vertices[faces.corner_vertices]
    heights = (points * normal[faces.face_of_corner]).sum(axis=1)
    return np.bincount(faces.face_of_corner, heights) / np.bincount(faces.face_of_corner)
