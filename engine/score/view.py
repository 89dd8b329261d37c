"""What a shot says of each of its frames, worked out once for all renders that are scored over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np

from engine.contract.shot import Camera
from engine.score.filters import outline_of, widened
from engine.score.lagged import HeldFrame, LaggedWarp, lagged_warp
from engine.score.patches import PatchQueries, SeenPatches
from engine.score.surface_texels import SeenTexels, TexelPair, TexelStore, pair_texels
from engine.surface.correspondence import SurfaceFrame, SurfacePoints, Warp, warp
from engine.surface.passes import FramePasses
from engine.surface.shot_surfaces import ShotSurfaces, take_starts
from engine.surface.splatting import warp_by_uv

LAGS = ("1", "10", "first")
STILL = 0.05
"""Pixels from one frame to the next: what moves less stands still."""
BAND = 4
"""Pixels to either side of an outline in which painted outlines are looked for."""


@dataclass(frozen=True, eq=False)
class View:
    """One frame of the shot as the metrics need it."""

    frame: int
    passes: FramePasses
    texels: Sequence[SeenTexels]
    """Of each surface that is seen."""
    texel_pairs: Sequence[TexelPair]
    """Those that the previous frame shows, too."""
    patches: Sequence[SeenPatches]
    """Of the tracks that belong to this take."""
    previous: int | None
    """The frame before, unless it is missing or a cut lies between."""
    warps: Mapping[str, LaggedWarp] = field(default_factory=dict)
    """By lag, those of LAGS for which there is an earlier frame."""
    still: np.ndarray | None = None
    """(height, width) bool: what stands still since the previous frame; None without one."""

    @cached_property
    def outline(self) -> np.ndarray:
        """(height, width) bool."""
        return outline_of(self.passes.object_id)

    @cached_property
    def band(self) -> np.ndarray:
        """(height, width) bool: pixels that are within BAND of an outline."""
        return widened(self.outline, BAND)


class ShotWalk:
    """Goes through the frames of a shot in order, and holds no more of them than the lags reach back."""

    def __init__(self, surfaces: ShotSurfaces, frames: Sequence[int], texels: TexelStore) -> None:
        """`frames` are those to be scored, sorted."""
        self.frames = tuple(frames)
        self._surfaces, self._texels = surfaces, texels
        self._step = surfaces.shot.clip.step
        self._take_starts = take_starts(surfaces.shot, self.frames)
        self._held: dict[int, HeldFrame] = {}
        self._previous_texels: list[SeenTexels] = []

    def views(self, patches: Sequence[PatchQueries] = ()) -> Iterator[View]:
        for frame in self.frames:
            yield self._view(frame, [item for item in patches if self.same_take(item.frame, frame)])
            kept = self.remembered(frame)
            self._held = {number: held for number, held in self._held.items() if number in kept}

    def earlier(self, frame: int) -> dict[str, int]:
        """The frame that each lag leads back to, in the same take, where it is one of those to be scored."""
        first = self._take_starts[frame]
        candidates = {"1": frame - self._step, "10": frame - 10 * self._step, "first": first}
        return {lag: other for lag, other in candidates.items() if first <= other < frame and other in self.frames}

    def remembered(self, frame: int) -> set[int]:
        """The frames that later ones still look back to, once `frame` is done."""
        oldest = frame - 9 * self._step
        return {number for number in self.frames if oldest <= number <= frame} | {self._take_starts[frame]}

    def same_take(self, frame: int, other: int) -> bool:
        return self._take_starts[frame] == self._take_starts[other]

    def _view(self, frame: int, patches: Sequence[PatchQueries]) -> View:
        passes, surface = self._surfaces.read(frame)
        held = self._held[frame] = HeldFrame.of(surface, self._surfaces.has_geometry)
        earlier = self.earlier(frame)
        find = self._exact_warps(surface) if self._surfaces.has_geometry else partial(warp_by_uv, surface)
        warps = {
            lag: lagged_warp(held, self._held[other], find(self._held[other].surface)) for lag, other in earlier.items()
        }
        texels = self._texels.seen(surface)
        before, self._previous_texels = self._previous_texels, texels
        return View(
            frame=frame,
            passes=passes,
            texels=texels,
            texel_pairs=pair_texels(texels, before) if "1" in earlier else [],
            patches=[item.seen_in(surface) for item in patches],
            previous=earlier.get("1"),
            warps=warps,
            still=_still(surface, self._held[earlier["1"]].surface, warps["1"]) if "1" in earlier else None,
        )

    def _exact_warps(self, surface: SurfaceFrame) -> Callable[[SurfaceFrame], Warp]:
        pixels = np.flatnonzero(surface.seen.object_id)
        return partial(warp, SurfacePoints(surface, pixels, self._texels.atlas.of))


def _still(here: SurfaceFrame, before: SurfaceFrame, since: LaggedWarp) -> np.ndarray:
    """Surfaces that did not move in the picture, and the background where the camera did not."""
    still = since.warp.seen & (since.distance < STILL)
    if _same_camera(here.camera, before.camera):
        still |= (here.seen.object_id == 0) & (before.seen.object_id == 0)
    return still


def _same_camera(here: Camera, before: Camera) -> bool:
    return np.array_equal(here.intrinsics, before.intrinsics) and np.allclose(
        here.world_to_camera, before.world_to_camera, rtol=0, atol=1e-7
    )
