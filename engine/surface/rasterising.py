"""Which cells of a grid lie on flat triangles: texels in UV space, pixels on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CANDIDATES = 1 << 18
"""Pairs of triangle and cell that are looked at in one go, which bounds the memory."""
ROUNDING = 1e-9
"""A centre on a shared edge belongs to both triangles, however the edge is rounded."""


@dataclass(frozen=True)
class Coverage:
    """Pairs of a triangle and a cell whose centre lies on it, (N,) each, in the order of the triangles."""

    triangle: np.ndarray  # (N,) int64
    column: np.ndarray  # (N,) int64
    row: np.ndarray  # (N,) int64
    barycentric: np.ndarray  # (N, 3) float64, the weights of the triangle's corners at the centre


def rasterise(corners: np.ndarray) -> Coverage:
    """The cells whose centres (column + 0.5, row + 0.5) lie on triangles, corners (T, 3, 2) in cells, edges included.

    Triangles without area cover nothing.
    """
    corners = corners.astype(np.float64)
    parts = [_cover(corners, *pairs) for pairs in _candidates(corners)]
    joined = (np.concatenate([getattr(part, name) for part in parts]) for name in Coverage.__annotations__)
    return Coverage(*joined)


def barycentric_at(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The weights (N, 3) with which triangles' corners (N, 3, 2) make points (N, 2); not finite without area."""
    first, second, third = (corners[:, corner] - points for corner in range(3))
    doubled = np.stack([_cross(second, third), _cross(third, first), _cross(first, second)], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return doubled / doubled.sum(axis=-1, keepdims=True)


def _candidates(corners: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Triangle, column and row of every cell in every triangle's bounding box, in portions."""
    first = np.ceil(corners.min(axis=1) - 0.5 - ROUNDING).astype(np.int64)  # (T, 2) column, row
    extent = np.floor(corners.max(axis=1) - 0.5 + ROUNDING).astype(np.int64) - first + 1
    extent = extent.clip(min=0)
    counts = extent.prod(axis=1)
    portion = (np.cumsum(counts) - counts) // CANDIDATES
    for number in np.unique(portion):
        chosen = np.flatnonzero(portion == number)
        triangle = np.repeat(chosen, counts[chosen])
        starts = np.cumsum(counts[chosen]) - counts[chosen]
        place = np.arange(len(triangle)) - np.repeat(starts, counts[chosen])
        row, column = np.divmod(place, extent[triangle, 0])
        yield triangle, column + first[triangle, 0], row + first[triangle, 1]


def _cover(corners: np.ndarray, triangle: np.ndarray, column: np.ndarray, row: np.ndarray) -> Coverage:
    weights = barycentric_at(corners[triangle], np.stack([column, row], axis=-1) + 0.5)
    inside = (weights >= -ROUNDING).all(axis=-1)  # false for the NaN of a triangle without area
    return Coverage(triangle[inside], column[inside], row[inside], weights[inside])


def _cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
