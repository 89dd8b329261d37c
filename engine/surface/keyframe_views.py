"""Where a frame's surface points are in the pictures of the keyframes: exact, from geometry and motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from engine.surface.correspondence import FindTexels, SurfaceFrame, SurfacePoints, warp
from engine.surface.object_ids import BACKGROUND

NO_KEYFRAME = -1
OUTSIDE = -1
"""The id of what is not in the picture."""


@dataclass(frozen=True, eq=False)
class KeyframeView:
    """One frame, told by the keyframes: for each pixel the first keyframe that sees its surface point well.

    Which one that is depends on the point alone, so that every frame that shows it is told the same. Near outlines
    nobody is asked: networks paint them only about where they are.
    """

    keyframe: np.ndarray  # (height, width) int8, the place of the keyframe; NO_KEYFRAME where none sees the point
    position: np.ndarray  # (height, width, 2) float32, x and y in its picture; 0 where there is none


def keyframe_view(
    frame: SurfaceFrame,
    keyframes: Sequence[SurfaceFrame],
    find_texels: FindTexels,
    margin: int,  # pixels: what is nearer to an outline, or to the edge of a keyframe, is not told
) -> KeyframeView:
    """Frames without geometry are seen by no keyframe."""
    object_id = frame.seen.object_id
    first, position = np.full(object_id.shape, NO_KEYFRAME, np.int8), np.zeros((*object_id.shape, 2), np.float32)
    asked = (object_id != BACKGROUND) & _is_inside(np.pad(object_id, margin, "edge"), margin)
    points = SurfacePoints(frame, np.flatnonzero(asked), find_texels)
    for place, keyframe in enumerate(keyframes):
        found = warp(points, keyframe)
        new = np.flatnonzero((found.seen & (first == NO_KEYFRAME)).ravel())
        there = found.position.reshape(-1, 2)[new]
        column, row = np.floor(there).astype(np.int64).T
        is_well_seen = _is_inside(np.pad(keyframe.seen.object_id, margin, constant_values=OUTSIDE), margin)[row, column]
        first.ravel()[new[is_well_seen]] = place
        position.reshape(-1, 2)[new[is_well_seen]] = there[is_well_seen]
    return KeyframeView(first, position)


def _is_inside(object_id: np.ndarray, margin: int) -> np.ndarray:
    """Whether a pixel's square of 2 margin + 1 pixels shows one object: of (height + 2 margin, width + 2 margin) ids,
    (height, width) bool."""
    lowest, highest = object_id, object_id
    for axis in (0, 1):
        lowest, highest = (
            reduce(pick, (_shifted(ids, axis, offset, margin) for offset in range(2 * margin + 1)))
            for pick, ids in ((np.minimum, lowest), (np.maximum, highest))
        )
    return lowest == highest


def _shifted(ids: np.ndarray, axis: int, offset: int, margin: int) -> np.ndarray:
    return ids.take(range(offset, offset + ids.shape[axis] - 2 * margin), axis)
