"""How far pixels lie within the outlines of what they show."""

from __future__ import annotations

import numpy as np

OUTSIDE = -1
"""The id of what is not in the picture."""


def inset(
    object_id: np.ndarray,  # (height, width)
    most: int,
    edge_is_outline: bool = False,
) -> np.ndarray:
    """The radius of the largest square around each pixel that shows its object alone, counted up to `most`: 0 beside
    an outline, 1 with one pixel between. (height, width) int32.

    The edge of the picture is no outline, unless told.
    """
    padded = np.pad(object_id, 1, constant_values=OUTSIDE) if edge_is_outline else np.pad(object_id, 1, "edge")
    lowest, highest = (_of_neighbours(padded, pick) for pick in (np.minimum, np.maximum))
    is_within = lowest == highest
    counted = np.zeros(object_id.shape, np.int32)
    for _ in range(most):
        counted += is_within
        is_within = _of_neighbours(np.pad(is_within, 1, constant_values=not edge_is_outline), np.minimum)
    return counted


def _of_neighbours(padded: np.ndarray, pick: np.ufunc) -> np.ndarray:
    """The least or the greatest of each square of nine: from (height + 2, width + 2) to (height, width)."""
    rows = pick(pick(padded[:-2], padded[1:-1]), padded[2:])
    return pick(pick(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
