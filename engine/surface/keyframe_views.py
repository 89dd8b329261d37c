"""Where a frame's surface points are in the pictures of the keyframes: exact, from geometry and motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.surface.correspondence import FindTexels, SurfaceFrame, SurfacePoints, warp
from engine.surface.object_ids import BACKGROUND

NO_KEYFRAME = -1


@dataclass(frozen=True, eq=False)
class KeyframeView:
    """One frame, told by the keyframes: for each pixel the first keyframe that sees its surface point.

    Which one that is depends on the point alone, so that every frame that shows it is told the same.
    """

    keyframe: np.ndarray  # (height, width) int8, the place of the keyframe; NO_KEYFRAME where none sees the point
    position: np.ndarray  # (height, width, 2) float32, x and y in its picture; 0 where there is none


def keyframe_view(frame: SurfaceFrame, keyframes: Sequence[SurfaceFrame], find_texels: FindTexels) -> KeyframeView:
    """Frames without geometry are seen by no keyframe."""
    shape = frame.seen.object_id.shape
    first, position = np.full(shape, NO_KEYFRAME, np.int8), np.zeros((*shape, 2), np.float32)
    points = SurfacePoints(frame, np.flatnonzero(frame.seen.object_id != BACKGROUND), find_texels)
    for place, keyframe in enumerate(keyframes):
        found = warp(points, keyframe)
        new = found.seen & (first == NO_KEYFRAME)
        first[new], position[new] = place, found.position[new]
    return KeyframeView(first, position)
