"""Faces that share edges, and what hangs together through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SharedEdges:
    """Pairs of neighbouring faces. An edge of more than two faces chains them."""

    first: np.ndarray  # (E,) int64, faces
    second: np.ndarray  # (E,) int64
    length: np.ndarray  # (E,) float64

    def where(self, chosen: np.ndarray) -> SharedEdges:
        return SharedEdges(self.first[chosen], self.second[chosen], self.length[chosen])


@dataclass(frozen=True)
class Faces:
    """Polygons, their triangles and their neighbours."""

    vertices: np.ndarray  # (V, 3) float64
    corner_vertices: np.ndarray  # (C,) int32
    face_of_corner: np.ndarray  # (C,) int64
    corners: np.ndarray  # (T, 3) int32, the corners of each triangle
    area: np.ndarray  # (F,) float64
    normal: np.ndarray  # (F, 3) float64, unit length; zero where there is no area
    triangle_normal: np.ndarray  # (T, 3) float64, likewise
    edges: SharedEdges

    @property
    def face_of_triangle(self) -> np.ndarray:  # (T,) int64
        return self.face_of_corner[self.corners[:, 0]]


def faces_of(
    vertices: np.ndarray,  # (V, 3) float64
    corner_vertices: np.ndarray,  # (C,) int32
    polygon_starts: np.ndarray,  # (P,) int32
    corners: np.ndarray,  # (T, 3) int32
) -> Faces:
    starts = polygon_starts.astype(np.int64)
    face_of_corner = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(corner_vertices)))
    face_of_triangle = face_of_corner[corners[:, 0]]
    cross = twice_areas(vertices[corner_vertices[corners]])
    total = np.stack([np.bincount(face_of_triangle, axis, len(starts)) for axis in cross.T], axis=1)
    edges = shared_edges(vertices, corner_vertices, face_of_corner)
    area = np.linalg.norm(total, axis=1) / 2
    return Faces(vertices, corner_vertices, face_of_corner, corners, area, _unit(total), _unit(cross), edges)


def _unit(vectors: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)


def twice_areas(
    points: np.ndarray,  # (T, 3, 3) float64
) -> np.ndarray:
    """The normals of triangles, as long as twice their areas: (T, 3) float64."""
    return np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])


def shared_edges(
    vertices: np.ndarray,  # (V, 3) float64
    corner_vertices: np.ndarray,  # (C,) int
    face_of_corner: np.ndarray,  # (C,) int
) -> SharedEdges:
    ends = np.stack([corner_vertices, corner_vertices[following_corners(face_of_corner)]]).astype(np.int64)
    edge = ends.min(axis=0) * len(vertices) + ends.max(axis=0)
    order = np.argsort(edge, kind="stable")
    shared = np.flatnonzero(edge[order][1:] == edge[order][:-1])
    here, there = order[shared], order[shared + 1]
    length = np.linalg.norm(vertices[ends[0, here]] - vertices[ends[1, here]], axis=1)
    return SharedEdges(face_of_corner[here], face_of_corner[there], length)


def following_corners(
    face_of_corner: np.ndarray,  # (C,) int, ascending
) -> np.ndarray:
    """The next corner of the face of each corner: (C,) int64."""
    starts = np.flatnonzero(np.diff(face_of_corner, prepend=-1))
    following = np.arange(1, len(face_of_corner) + 1)
    following[np.append(starts[1:], len(face_of_corner)) - 1] = starts
    return following


def connected(count: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Components of a graph by its edges: (count,) int64, numbered in the order of their first members.

    In every round each component joins its lowest neighbour, then all labels jump to their roots.
    """
    labels = np.arange(count)
    while True:
        one, other = labels[first], labels[second]
        apart = one != other
        if not apart.any():
            return np.unique(labels, return_inverse=True)[1].reshape(-1)
        first, second = first[apart], second[apart]
        np.minimum.at(labels, np.maximum(one, other)[apart], np.minimum(one, other)[apart])
        while not np.array_equal(labels, jumped := labels[labels]):
            labels = jumped


def borders(region: np.ndarray, edges: SharedEdges) -> SharedEdges:
    """The neighbours of each region, in both directions, with the length of the border."""
    one, other = region[edges.first], region[edges.second]
    apart = one != other
    first, second = np.concatenate([one[apart], other[apart]]), np.concatenate([other[apart], one[apart]])
    count = int(region.max(initial=0)) + 1
    pair, index = np.unique(first * count + second, return_inverse=True)
    length = np.bincount(index.reshape(-1), np.tile(edges.length[apart], 2), len(pair))
    return SharedEdges(pair // count, pair % count, length)
