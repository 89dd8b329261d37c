"""UV islands, each given a place of its own in the unit square."""

from __future__ import annotations

import numpy as np

GAP = 1 / 512  # of the square's side, between islands
WIDTHS = np.linspace(1.0, 1.6, 13)  # of shelves, in sides of a square as large as all islands: the best is taken
EQUAL = 1e-4  # of the side: boxes that differ by less in height are packed in the order of their islands,
LEVEL = 1.05  # but no more than by this factor, however many there are between them
FITS = 1e-6  # of a shelf, by which boxes may be too wide for it: no more than rounding errors of UVs


def pack_islands(
    uv: np.ndarray,  # (C, 2) float64
    island: np.ndarray,  # (C,) int, the island of each corner
) -> np.ndarray:
    """Moves islands apart and scales all of them alike, so that they fill the unit square: (C, 2) float32."""
    if not len(uv):
        return np.empty((0, 2), np.float32)
    order = np.argsort(island, kind="stable")
    starts = np.flatnonzero(np.diff(island[order], prepend=-1))
    low = np.minimum.reduceat(uv[order], starts)
    sizes = np.maximum.reduceat(uv[order], starts) - low
    places, side = _shelves(sizes)
    number = np.empty(len(island), np.int64)
    number[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(island)))
    return ((uv - low[number] + places[number]) / side).astype(np.float32)


def _shelves(
    sizes: np.ndarray,  # (I, 2) float64
) -> tuple[np.ndarray, float]:
    """A place (I, 2) for each box, and the side of the square that holds them: boxes stand side by side on shelves,
    the highest first."""
    side = max(float(np.sqrt(sizes.prod(axis=1).sum())), float(sizes.max()), 1e-30)
    boxes = sizes + side * GAP
    order = _highest_first(sizes[:, 1], side * EQUAL)
    widest = float(boxes[:, 0].max())
    packed = [_fill_shelves(boxes[order], max(widest, width * side)) for width in WIDTHS]
    sides = np.array([(places + boxes[order]).max() for places in packed])
    best = packed[int(np.argmax(sides <= sides.min() + side * EQUAL))]
    places = np.empty_like(best)
    places[order] = best + side * GAP / 2
    return places, float((best + boxes[order]).max())


def _highest_first(heights: np.ndarray, tolerance: float) -> np.ndarray:
    """In levels of about one height, in which the order of the islands stays."""
    order = np.argsort(-heights, kind="stable")
    ordered = np.maximum(heights[order], tolerance)
    step = np.round(np.log(ordered / ordered[0]) / np.log(LEVEL))
    is_lower = (np.diff(ordered, prepend=ordered[0]) < -tolerance) | (np.diff(step, prepend=step[0]) < 0)
    level = np.empty(len(heights), np.int64)
    level[order] = np.cumsum(is_lower)
    return np.argsort(level, kind="stable")


def _fill_shelves(boxes: np.ndarray, width: float) -> np.ndarray:
    """Places (I, 2) for boxes in their order; each shelf is as high as its highest box."""
    places = np.empty_like(boxes)
    ends = np.cumsum(boxes[:, 0])
    start, floor = 0, 0.0
    while start < len(boxes):
        before = ends[start] - boxes[start, 0]
        stop = max(start + 1, int(np.searchsorted(ends, before + width * (1 + FITS), side="right")))
        places[start:stop, 0] = ends[start:stop] - boxes[start:stop, 0] - before
        places[start:stop, 1] = floor
        floor += boxes[start:stop, 1].max()
        start = stop
    return places
