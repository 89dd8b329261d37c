"""Triangles that are near one another, found by quartering the plane."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

FEW_PAIRS = 64  # a cell with more than that is quartered
IN_VAIN = 1.5  # times as many pairs in its quarters, and it is not: its triangles lie on one another
DEEPEST = 20  # quarterings of a group's box
AFTER = [1, 2, 0]  # the corner after each
QUARTERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@dataclass(frozen=True)
class _Shapes:
    """Triangles that run counter-clockwise."""

    points: np.ndarray  # (T, 3, 2) float64
    low: np.ndarray  # (T, 2) float64, of the box around each
    high: np.ndarray  # (T, 2) float64
    normals: np.ndarray  # (T, 3, 2) float64, unit length, outwards, of the side after each corner
    reach: np.ndarray  # (T, 3) float64, how far along the normals the triangle reaches
    has_border: np.ndarray  # (T, 3) bool, of the sides


@dataclass(frozen=True)
class _Cells:
    """Squares of one size, and the triangles in them: a triangle stands once for every square that it meets."""

    triangle: np.ndarray  # (M,) int64
    number: np.ndarray  # (M,) int64, of its square
    place: np.ndarray  # (M, 2) int64, of that square within its group's box, in squares
    at_border: np.ndarray  # (M,) bool, whether a border of the triangle meets the square

    def where(self, chosen: np.ndarray) -> _Cells:
        return _Cells(*(array[chosen] for array in vars(self).values()))


def meeting_pairs(
    points: np.ndarray,  # (T, 3, 2) float64, triangles that run counter-clockwise
    group: np.ndarray,  # (T,) int64
    has_border: np.ndarray,  # (T, 3) bool, of the sides after the corners
) -> np.ndarray:
    """Pairs (N, 2) of triangles of one group, every one that overlaps at a border of either, and some that do not."""
    low, high, normals = points.min(axis=1), points.max(axis=1), outward_normals(points)
    shapes = _Shapes(points, low, high, normals, (normals * points).sum(axis=-1), has_border)
    number = np.unique(group, return_inverse=True)[1].reshape(-1)
    corner, size = _squares(shapes, number)
    at_border = np.logical_or.reduce(has_border, axis=1)
    cells = _Cells(np.arange(len(points)), number, np.zeros((len(points), 2), np.int64), at_border)
    found = [np.empty((0, 2), np.int64)]
    for level in range(1, DEEPEST + 1):
        pairs = _count_pairs(cells)
        few = (pairs <= FEW_PAIRS)[cells.number]
        found.append(_pairs(cells.where(few)))
        cells = cells.where(~few)
        quarters = _quartered(cells, shapes, corner, size / 2**level)
        in_vain = _count_pairs(quarters, 4 * len(pairs)).reshape(-1, 4).sum(axis=1) > IN_VAIN * pairs
        found.append(_pairs(cells.where(in_vain[cells.number])))
        cells = _numbered_anew(quarters.where(~in_vain[quarters.number // 4]))
    return np.unique(np.concatenate([*found, _pairs(cells)]), axis=0)


def outward_normals(points: np.ndarray) -> np.ndarray:
    """(T, 3, 2) float64, unit length, of the sides of triangles that run counter-clockwise."""
    along = points[:, AFTER] - points
    return np.stack([along[..., 1], -along[..., 0]], axis=-1) / np.linalg.norm(along, axis=-1, keepdims=True)


def _squares(shapes: _Shapes, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The square around each triangle's group: its lower corner (T, 2) and its side (T,)."""
    if not len(group):
        return np.empty((0, 2)), np.empty(0)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    low = np.minimum.reduceat(shapes.low[order], starts)
    high = np.maximum.reduceat(shapes.high[order], starts)
    return low[group], (high - low).max(axis=1)[group]


def _quartered(cells: _Cells, shapes: _Shapes, corner: np.ndarray, size: np.ndarray) -> _Cells:
    """The quarters of the squares, each `size` wide, with the triangles that still meet them."""
    parts = []
    for index, quarter in enumerate(QUARTERS):
        place = 2 * cells.place + quarter
        width = size[cells.triangle]
        low = corner[cells.triangle] + place * width[:, None]
        inside = np.flatnonzero(_meet(shapes, cells.triangle, low, width))
        parts.append(
            _Cells(
                cells.triangle[inside],
                4 * cells.number[inside] + index,
                place[inside],
                _borders_meet(shapes, cells.triangle[inside], low[inside], width[inside]),
            )
        )
    return _Cells(*(np.concatenate([getattr(part, name) for part in parts]) for name in vars(cells)))


def _meet(shapes: _Shapes, triangle: np.ndarray, low: np.ndarray, size: np.ndarray) -> np.ndarray:
    """(M,) bool: whether triangles meet squares, which is not so if a side of either parts them."""
    slack = 1e-9 * size
    low, size = low - slack[:, None], size + 2 * slack
    above, below = shapes.high[triangle] >= low, shapes.low[triangle] <= low + size[:, None]
    meets = above[:, 0] & above[:, 1] & below[:, 0] & below[:, 1]
    near = np.flatnonzero(meets)
    least, _ = _reach(shapes.normals[triangle[near]], low[near], size[near])
    meets[near] = (least <= shapes.reach[triangle[near]]).all(axis=1)
    return meets


def _borders_meet(shapes: _Shapes, triangle: np.ndarray, low: np.ndarray, size: np.ndarray) -> np.ndarray:
    """(M,) bool: whether any border of a triangle meets its square, which lies on both sides of it then."""
    meets = shapes.has_border[triangle].any(axis=1)
    near = np.flatnonzero(meets)
    triangle, slack = triangle[near], 1e-9 * size[near]
    low, size = low[near] - slack[:, None], size[near] + 2 * slack
    least, most = _reach(shapes.normals[triangle], low, size)
    crossed = shapes.has_border[triangle] & (least <= shapes.reach[triangle]) & (most >= shapes.reach[triangle])
    start = shapes.points[triangle]
    end = start[:, AFTER]
    above, below = np.maximum(start, end) >= low[:, None], np.minimum(start, end) <= (low + size[:, None])[:, None]
    meets[near] = (crossed & (above & below).all(axis=-1)).any(axis=1)
    return meets


def _reach(normals: np.ndarray, low: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far along normals (M, 3, 2) squares reach, (M, 3): their nearest and farthest corners."""
    middle = np.einsum("mkx,mx->mk", normals, low + size[:, None] / 2)
    half = (np.abs(normals[..., 0]) + np.abs(normals[..., 1])) * size[:, None] / 2
    return middle - half, middle + half


def _count_pairs(cells: _Cells, squares: int = 0) -> np.ndarray:
    """By the number of the square: how many pairs `_pairs` makes of its triangles, at most."""
    members = np.bincount(cells.number, minlength=squares)
    return np.bincount(cells.number, cells.at_border, minlength=squares) * (members - 1)


def _numbered_anew(cells: _Cells) -> _Cells:
    """With numbers as small as they can be."""
    return replace(cells, number=np.unique(cells.number, return_inverse=True)[1].reshape(-1))


def _pairs(cells: _Cells) -> np.ndarray:
    """Each triangle whose border is in a square with each other one there, the lower number first."""
    order = np.argsort(cells.number, kind="stable")
    triangle, number = cells.triangle[order], cells.number[order]
    asked = np.flatnonzero(cells.at_border[order])
    start, end = (np.searchsorted(number, number[asked], side=side) for side in ("left", "right"))
    counts = end - start
    one = np.repeat(triangle[asked], counts)
    other = triangle[np.arange(len(one)) + np.repeat(start - (np.cumsum(counts) - counts), counts)]
    pairs = np.stack([np.minimum(one, other), np.maximum(one, other)], axis=1)
    return pairs[one != other]
