"""Regions of a surface that can be laid flat: faces that hang together and look much the same way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .connectivity import Faces, SharedEdges, borders, connected

DIRECTIONS = np.concatenate([np.eye(3), -np.eye(3)])  # (6, 3): where faces look, to begin with
STEEPEST = 0.4  # cosine: a triangle may keep no less than this of its area, so that there are fewer regions
SMALL = 0.3  # a region joins its neighbour if it has less than this share of the neighbour's area
ROUNDS = 24  # of joining
ROUNDING, EQUAL = 4, 1e-4  # decimals, and a difference: rounding errors decide nothing, so every Blender decides alike


@dataclass(frozen=True)
class Regions:
    """Which region each face belongs to. A region that joined another has no faces."""

    of_face: np.ndarray  # (F,) int64
    normal: np.ndarray  # (R, 3) float64, unit length: of the plane that the region is projected to


def flat_regions(faces: Faces) -> Regions:
    """Few regions, each seen from its plane's normal with none of its triangles steeper than STEEPEST, if possible.

    Faces that look along the same axis and hang together are a region, and small regions join their neighbours.
    """
    cosines = faces.normal @ DIRECTIONS.T
    axis = np.argmax(cosines >= cosines.max(axis=1, keepdims=True) - EQUAL, axis=1)
    edges = faces.edges.where(axis[faces.edges.first] == axis[faces.edges.second])
    of_face = connected(len(axis), edges.first, edges.second)
    count = int(of_face.max(initial=-1)) + 1
    normal = np.empty((count, 3))
    normal[of_face] = DIRECTIONS[axis]
    regions = _straightened(faces, Regions(of_face, normal))
    refused = np.empty(0, np.int64)
    for _ in range(ROUNDS):
        proposed = _proposals(faces, regions, refused)
        if not len(proposed.first):
            break
        accepted = _lowest_cosine(faces, regions, proposed) >= STEEPEST
        refused = np.union1d(refused, _pair(regions, proposed.where(~accepted)))
        regions = _straightened(faces, _joined(regions, proposed.where(accepted)))
    return regions


def _straightened(faces: Faces, regions: Regions) -> Regions:
    """Turns planes to the mean normals of their regions, where no triangle is too steep for that."""
    area = faces.area[:, None] * faces.normal
    total = np.stack([np.bincount(regions.of_face, axis, len(regions.normal)) for axis in area.T], axis=1)
    size = np.linalg.norm(total, axis=1, keepdims=True)
    mean = Regions(regions.of_face, np.divide(total, size, out=regions.normal.copy(), where=size > 0))
    each = np.arange(len(regions.normal))
    lowest = _lowest_cosine(faces, mean, SharedEdges(each, each, np.zeros(len(each))))
    return Regions(regions.of_face, np.where(lowest[:, None] >= STEEPEST, mean.normal, regions.normal))


def _proposals(faces: Faces, regions: Regions, refused: np.ndarray) -> SharedEdges:
    """For each small region the larger neighbour with the longest border, unless that one is about to join another."""
    border = borders(regions.of_face, faces.edges)
    area = np.bincount(regions.of_face, faces.area, len(regions.normal))
    border = border.where(area[border.first] < SMALL * area[border.second])
    border = border.where(~np.isin(_pair(regions, border), refused))
    length = np.round(border.length / border.length.max(initial=1e-30), ROUNDING)
    border = border.where(np.lexsort((border.second, -length, border.first)))
    border = border.where(np.diff(border.first, prepend=-1) > 0)
    return border.where(~np.isin(border.second, border.first))


def _lowest_cosine(faces: Faces, regions: Regions, proposed: SharedEdges) -> np.ndarray:
    """How steep the steepest triangle of each first region is, seen from the second one's normal."""
    target = np.full(len(regions.normal), -1)
    target[proposed.first] = proposed.second
    region = regions.of_face[faces.face_of_triangle]
    asked = (target[region] >= 0) & faces.triangle_normal.any(axis=1)
    cosines = (faces.triangle_normal[asked] * regions.normal[target[region[asked]]]).sum(axis=1)
    lowest = np.ones(len(regions.normal))
    np.minimum.at(lowest, region[asked], np.round(cosines, ROUNDING))
    return lowest[proposed.first]


def _joined(regions: Regions, pairs: SharedEdges) -> Regions:
    new = np.arange(len(regions.normal))
    new[pairs.first] = pairs.second
    return Regions(new[regions.of_face], regions.normal)


def _pair(regions: Regions, pairs: SharedEdges) -> np.ndarray:
    return pairs.first * len(regions.normal) + pairs.second
