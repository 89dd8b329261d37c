"""Where a frame's surface points are in the pictures of the keyframes: exact, from geometry and motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.surface.correspondence import FindTexels, SurfaceFrame, SurfacePoints, pixel_centres
from engine.surface.inset import inset
from engine.surface.object_ids import BACKGROUND

DECISIVENESS = 3
"""What a keyframe says is weighted by this power of how opaque it is: the mean of two paintings is blurred."""


@dataclass(frozen=True, eq=False)
class KeyframeView:
    """One frame, told by the keyframes: of each pixel, how much each of them says about its surface point.

    That depends on the point alone, so that every frame that shows it is told the same.
    """

    object_id: np.ndarray  # (height, width) int32
    inset: np.ndarray  # (height, width) int32, pixels from an outline, counted up to the margin
    margin: int
    """Pixels: what is painted nearer to an outline may be of either side."""
    told: np.ndarray  # (P,) flat indices of the pixels whose surface point a keyframe sees
    position: np.ndarray  # (K, P, 2) float32, x and y in the keyframe's picture; 0 where it does not see the point
    weight: np.ndarray  # (K, P) float32, their sum over the keyframes is 1

    @property
    def is_inside(self) -> np.ndarray:
        """(height, width) bool: surely painted of the object that is there."""
        return self.inset >= self.margin

    @property
    def is_outline(self) -> np.ndarray:
        """(height, width) bool"""
        return self.inset == 0


class KeyframeViews:
    """What some keyframes tell of any frame."""

    def __init__(
        self,
        keyframes: Sequence[SurfaceFrame],
        find_texels: FindTexels,
        stride: int,  # pixels that a latent is wide, and about as much networks err about where an outline is
    ) -> None:
        self._keyframes = keyframes
        self._find_texels = find_texels
        self._margin = max(1, stride // 2)
        self._feather = 2 * stride
        self._insets = [inset(keyframe.seen.object_id, self._feather, edge_is_outline=True) for keyframe in keyframes]

    def of(self, frame: SurfaceFrame) -> KeyframeView:
        """Keyframes lie one over the other, the first on top; each is transparent towards what it does not see, so
        that no seam shows. Frames without geometry are told nothing."""
        object_id = frame.seen.object_id
        points = SurfacePoints(frame, np.flatnonzero(object_id != BACKGROUND), self._find_texels)
        position = np.zeros((len(self._keyframes), len(points.pixels), 2), np.float32)
        weight = np.zeros(position.shape[:2], np.float32)
        left = np.ones(len(points.pixels), np.float32)
        for place, keyframe in enumerate(self._keyframes):
            seen, position[place, seen], opacity = self._found(points, place, keyframe)
            weight[place, seen] = left[seen] * opacity
            left[seen] *= 1 - opacity
        weight **= DECISIVENESS
        total = weight.sum(axis=0)
        told = np.flatnonzero(total)
        margin = self._margin
        return KeyframeView(
            object_id,
            inset(object_id, margin),
            margin,
            points.pixels[told],
            position[:, told],
            weight[:, told] / total[told],
        )

    def _found(
        self, points: SurfacePoints, place: int, keyframe: SurfaceFrame
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which points the keyframe sees (S,), where (S, 2), and how opaque it is there (S,)."""
        projected = points.project_into(keyframe)
        seen, pixel = keyframe.seen.pixels_of(points.object_id, projected)
        counted = self._insets[place].ravel()[pixel]
        centre = pixel_centres(pixel, keyframe.seen.object_id.shape[1])
        position = np.where(counted[:, None] > 0, projected.position[seen], centre)  # beside it, another object shows
        return seen, position, (1 + counted) / np.float32(1 + self._feather)
