"""Small patches of the surface around tracked points: the surface points under 7x7 pixels, each followed on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.surface.correspondence import SurfaceFrame, SurfacePoints, within_object
from engine.surface.shot_surfaces import ShotSurfaces, TexelAtlas
from engine.surface.tracks import choose_queries, follow

SIDE = 7
"""Pixels along a side of a patch, in the frame in which its point was chosen."""


@dataclass(frozen=True, eq=False)
class SeenPatches:
    """Patches in one frame."""

    query_frame: int
    """In which they were chosen."""
    position: np.ndarray  # (N, SIDE², 2) float32, x and y in this frame
    seen: np.ndarray  # (N, SIDE²) bool


@dataclass(frozen=True, eq=False)
class PatchQueries:
    """The patches chosen in one frame."""

    frame: int
    points: SurfacePoints  # N·SIDE² points, patch by patch
    usable: np.ndarray  # (N, SIDE²) bool: the pixel shows the object of the patch's centre

    def seen_in(self, other: SurfaceFrame) -> SeenPatches:
        position, seen = follow(self.points, other)
        seen[seen] = within_object(other.seen, self.points.object_id[seen], position[seen])
        shape = self.usable.shape
        return SeenPatches(self.frame, position.reshape(*shape, 2), self.usable & seen.reshape(shape))


def choose_patches(
    surfaces: ShotSurfaces, frames: Sequence[int], count: int, atlas: TexelAtlas, seed: int = 0
) -> list[PatchQueries]:
    """`count` patches altogether, around the points that `tracking points` follows."""
    return [
        _patches_around(surface, centres, atlas) for surface, centres in choose_queries(surfaces, frames, count, seed)
    ]


def _patches_around(surface: SurfaceFrame, centres: np.ndarray, atlas: TexelAtlas) -> PatchQueries:
    height, width = surface.seen.object_id.shape
    down, right = np.indices((SIDE, SIDE)).reshape(2, 1, -1) - SIDE // 2
    rows, columns = centres[:, None] // width + down, centres[:, None] % width + right  # (N, SIDE²)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    pixels = np.where(inside, rows * width + columns, centres[:, None])
    ids = surface.seen.object_id.ravel()
    usable = inside & (ids[pixels] == ids[centres][:, None])
    pixels = np.where(usable, pixels, centres[:, None])
    return PatchQueries(surface.frame, SurfacePoints(surface, pixels.ravel(), atlas.of), usable)
