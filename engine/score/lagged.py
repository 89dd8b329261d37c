"""Where the surfaces of a frame were in an earlier one, as the metrics need it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from engine.score.filters import outline_of, widened
from engine.surface.correspondence import SurfaceFrame, Warp

MOVING = 2.0
"""Pixels between two frames: what moves more is looked at, to see what moves along."""
INSIDE = 6
"""Pixels from an outline from which on a high-pass residual holds nothing of it: how far its blur reaches."""


@dataclass(frozen=True, eq=False)
class HeldFrame:
    """What is kept of a frame for those that look back to it."""

    surface: SurfaceFrame
    inside: np.ndarray  # (height, width) bool: INSIDE pixels and more from every outline

    @classmethod
    def of(cls, surface: SurfaceFrame, has_geometry: bool) -> HeldFrame:
        """Where there is geometry, nothing is looked for in the uv passes of earlier frames."""
        inside = ~widened(outline_of(surface.seen.object_id), INSIDE)
        return cls(replace(surface, uv=np.empty((0, 0, 2), np.float32)) if has_geometry else surface, inside)


@dataclass(frozen=True, eq=False)
class PixelPairs:
    """Pixels of a frame with their places in an earlier one."""

    here: np.ndarray  # (P,) int64, flat indices
    there: np.ndarray  # (P, 2) float32, x and y


@dataclass(frozen=True, eq=False)
class LaggedWarp:
    """Where this frame's surface points were in an earlier frame."""

    frame: int
    warp: Warp
    distance: np.ndarray
    """(height, width) float32, pixels from here to there; NaN where it is not known."""
    same_object: np.ndarray
    """(height, width) bool: the pixel showed the same object there."""
    inside: np.ndarray
    """(height, width) bool: those of them that are INSIDE pixels and more from every outline of both frames."""

    @cached_property
    def seen(self) -> PixelPairs:
        """The pixels whose surface point is seen in both frames."""
        return _pairs(self.warp.seen, self.warp)

    @cached_property
    def moving(self) -> PixelPairs:
        """Those of them that moved by more than MOVING, and stayed on the object at their place on the screen."""
        return _pairs(self.warp.seen & (self.distance > MOVING) & self.same_object, self.warp)

    @cached_property
    def moving_inside(self) -> PixelPairs:
        """Those of them that lie inside of the object at both places in both frames."""
        height, width = self.inside.shape
        column, row = self.moving.there.astype(np.int64).clip(0, [width - 1, height - 1]).T
        both = self.inside.ravel()[self.moving.here] & self.inside[row, column]
        return PixelPairs(self.moving.here[both], self.moving.there[both])


def lagged_warp(here: HeldFrame, other: HeldFrame, found: Warp) -> LaggedWarp:
    """Of two frames, and what `warp` found between them."""
    height, width = found.seen.shape
    to_right = found.position[..., 0] - (np.arange(width, dtype=np.float32) + 0.5)
    down = found.position[..., 1] - (np.arange(height, dtype=np.float32)[:, None] + 0.5)
    same_object = here.surface.seen.object_id == other.surface.seen.object_id
    inside = same_object & here.inside & other.inside
    return LaggedWarp(other.surface.frame, found, np.hypot(to_right, down), same_object, inside)


def _pairs(mask: np.ndarray, warp: Warp) -> PixelPairs:
    here = np.flatnonzero(mask)
    return PixelPairs(here, warp.position.reshape(-1, 2).take(here, axis=0))
