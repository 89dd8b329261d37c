"""The surfaces that a frame shows: which of a surface's texels are seen, and the one latent pixel that each goes to.

As no texel goes to two, what they add up to is white.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.surface.background import Background, cells_in_view
from engine.surface.correspondence import SurfaceFrame, pixel_centres
from engine.surface.haar import Cells, WhiteNoise
from engine.surface.latent_grid import LatentGrid
from engine.surface.noise_store import NoiseStore
from engine.surface.object_ids import BACKGROUND
from engine.surface.posing import PosedObject
from engine.surface.projection import project
from engine.surface.texel_levels import is_usable


@dataclass(frozen=True, eq=False)
class NoiseTexels:
    """Texels of one surface, each once."""

    z: np.ndarray  # (N, 4) float32, their noise
    latent: np.ndarray  # (N,) flat indices


class FrameSurface(Protocol):
    """One surface in one frame."""

    @property
    def noise(self) -> WhiteNoise: ...

    @property
    def level(self) -> int:
        """Of its texels."""

    def seen(self) -> NoiseTexels:
        """What the frame shows of it."""

    def uv(self, pixel: np.ndarray) -> np.ndarray:
        """Under the centres of output pixels (N,) that show it, (N, 2)."""


@dataclass(frozen=True, eq=False)
class SampledObject:
    """Without geometry: a texel goes to the latent pixel in which most of the output pixels are that show it."""

    frame: SurfaceFrame
    grid: LatentGrid
    object_id: int
    noise: WhiteNoise
    level: int

    def seen(self) -> NoiseTexels:
        pixel = np.flatnonzero(self.frame.seen.object_id == self.object_id)
        uv = self.uv(pixel)
        usable = is_usable(uv)
        cells, latent = exclusive_owners(Cells.at(uv[usable], self.level), self.grid.latent_of(pixel[usable]))
        return NoiseTexels(self.noise.z(cells), latent)

    def uv(self, pixel: np.ndarray) -> np.ndarray:
        return self.frame.uv_at(pixel)


@dataclass(frozen=True, eq=False)
class ScatteredObject:
    """With geometry: a texel goes to the latent pixel in which its point is seen."""

    frame: SurfaceFrame
    grid: LatentGrid
    posed: PosedObject
    store: NoiseStore
    level: int
    draw: int

    @property
    def noise(self) -> WhiteNoise:
        return self.store.noise(self.posed.item.key, self.draw)

    def seen(self) -> NoiseTexels:
        points = project(self.frame.camera, self.store.positions(self.posed.mesh, self.level), self.posed.matrix)
        which, pixel = self.frame.seen.pixels_of(self.posed.item.id, points)
        return NoiseTexels(
            self.store.texel_noise(self.posed, self.level, self.draw).z(which), self.grid.latent_of(pixel)
        )

    def uv(self, pixel: np.ndarray) -> np.ndarray:
        return self.frame.uv_at(pixel)


@dataclass(frozen=True, eq=False)
class ScatteredBackground:
    """Its texels are seen wherever no object is."""

    frame: SurfaceFrame
    grid: LatentGrid
    background: Background
    noise: WhiteNoise
    level: int

    def seen(self) -> NoiseTexels:
        object_id = self.frame.seen.object_id.ravel()
        cells = cells_in_view(self.background, self._centres(np.flatnonzero(object_id == BACKGROUND)), self.level)
        points = self.background.project(cells.centres)
        inside = np.flatnonzero(points.inside(self.grid.width, self.grid.height))
        column, row = np.floor(points.position[inside]).astype(np.int64).T
        pixel = row * self.grid.width + column
        seen = object_id[pixel] == BACKGROUND
        return NoiseTexels(self.noise.z(cells[inside[seen]]), self.grid.latent_of(pixel[seen]))

    def uv(self, pixel: np.ndarray) -> np.ndarray:
        return self.background.uv(self._centres(pixel))

    def _centres(self, pixel: np.ndarray) -> np.ndarray:
        return pixel_centres(pixel, self.grid.width)


def exclusive_owners(
    cells: Cells,  # (N,) those under the pixels that show a surface
    latent: np.ndarray,  # (N,) the latent pixel that each lies in
) -> tuple[Cells, np.ndarray]:
    """Each cell once, and the latent pixel (M,) in which most of its pixels lie, of several the first."""
    code, cell = np.unique(cells.code, return_inverse=True)
    pixels = latent.max(initial=0) + 1
    pairs, count = np.unique(cell * pixels + latent, return_counts=True)
    cell, latent = np.divmod(pairs, pixels)
    order = np.lexsort([latent, -count, cell])
    _, first = np.unique(cell[order], return_index=True)
    return Cells.of_code(code, cells.level), latent[order[first]]
