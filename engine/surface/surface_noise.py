"""Noise that moves with the surfaces, and is N(0, 1) and white in every frame.

A latent pixel p sees an area A_p of white noise W, xi_p = W(A_p) / sqrt(|A_p|). Areas of one frame do not meet, so its
pixels are independent; between frames Cov(xi_p, xi_q) = |A_p n A_q| / sqrt(|A_p| |A_q|), the most that this allows.
Here W comes as texels z ~ N(0, 1), each of which goes to one pixel of a frame: xi = sum(z) / sqrt(count).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.contract.shot import Shot
from engine.surface.background import background_of
from engine.surface.correspondence import SurfaceFrame
from engine.surface.frame_surfaces import FrameSurface, SampledObject, ScatteredBackground, ScatteredObject
from engine.surface.haar import CHANNELS, WhiteNoise
from engine.surface.latent_grid import LatentGrid
from engine.surface.noise import frame_noise
from engine.surface.noise_store import NoiseStore
from engine.surface.object_ids import BACKGROUND, present_ids
from engine.surface.texel_levels import is_usable, object_levels, sampling_levels, texel_level

FINER_DETAIL = 3
"""By how many levels the cells are finer that stand in where a pixel has no texel."""


class SurfaceNoise:
    """The noise of a shot's frames; that of one depends on no other."""

    def __init__(
        self,
        shot: Shot,
        seed: int,
        levels: Mapping[str, int],  # of objects' texels, by key; an object without goes by the frame that shows it
        latent_pixel: int,  # output pixels along its side
    ) -> None:
        self.grid = LatentGrid(shot.height, shot.width, latent_pixel)
        self._seed = seed
        self._keys = {item.id: item.key for item in shot.objects if item.has_uv}
        self._levels = {number: levels[key] for number, key in self._keys.items() if key in levels}
        self._store = NoiseStore(seed)

    def latents(self, frame: SurfaceFrame, noise_share: float, draw: int = 0) -> np.ndarray:
        """(4, latent_height, latent_width) float32 ~ N(0, 1), noise_share (gamma) of its variance of the frame's own:
        x = sqrt(1 - gamma) xi + sqrt(gamma) eps. Draws are independent of each other."""
        eps = frame_noise(self._seed, frame.frame, *self.grid.shape, draw)
        x = np.sqrt(1 - noise_share) * self.xi(frame, draw) + np.sqrt(noise_share) * eps
        return x.astype(np.float32)

    def xi(self, frame: SurfaceFrame, draw: int = 0) -> np.ndarray:
        """What the surfaces give, (4, latent_height, latent_width) float64."""
        surfaces = self.surfaces(frame, draw)
        seen = [surface.seen() for surface in surfaces.values()]
        z, latent = (np.concatenate([getattr(texels, name) for texels in seen]) for name in ("z", "latent"))
        pixels = self.grid.shape[0] * self.grid.shape[1]
        count = np.bincount(latent, minlength=pixels)
        total = np.stack([np.bincount(latent, channel, minlength=pixels) for channel in z.T])
        xi = total / np.sqrt(count.clip(min=1))
        empty = np.flatnonzero(count == 0)
        xi[:, empty] = self._detail(frame, surfaces, empty, draw).T
        return xi.reshape(CHANNELS, *self.grid.shape)

    def surfaces(self, frame: SurfaceFrame, draw: int = 0) -> dict[int, FrameSurface]:
        """Those with UVs that a frame shows by their ids, and the background, whether it is seen or not."""
        levels, surfaces = self._levels_in(frame), dict[int, FrameSurface]()
        for number in self._ids_in(frame):
            if number in frame.objects:
                posed = frame.objects[number]
                surfaces[number] = ScatteredObject(frame, self.grid, posed, self._store, levels[number], draw)
            else:
                noise = self._store.noise(self._keys[number], draw)
                surfaces[number] = SampledObject(frame, self.grid, number, noise, levels[number])
        background = background_of(frame.camera)
        noise = self._store.noise(background.key, draw)
        level = texel_level(background.pixel_uv * self.grid.latent_pixel)
        surfaces[BACKGROUND] = ScatteredBackground(frame, self.grid, background, noise, level)
        return surfaces

    def _levels_in(self, frame: SurfaceFrame) -> Mapping[int, int]:
        """Of the objects that a frame shows. Without geometry it is for pixels to find the texels, which are no finer
        than they then: at any level it is the same noise."""
        seen = self._ids_in(frame)
        if all(number in self._levels and number in frame.objects for number in seen):
            return self._levels
        here = object_levels(frame.seen.object_id, frame.uv, self.grid.latent_pixel)
        sampled = sampling_levels(frame.seen.object_id, frame.uv)
        return {
            number: self._levels.get(number, here[number]) if number in frame.objects else sampled[number]
            for number in seen
        }

    def _detail(
        self, frame: SurfaceFrame, surfaces: Mapping[int, FrameSurface], empty: np.ndarray, draw: int
    ) -> np.ndarray:
        """For latent pixels (N,) without a texel, (N, 4): the detail of the surface that their centres show, or of this
        frame's screen where that has no UVs."""
        screen = np.stack(np.divmod(empty, self.grid.shape[1]), axis=-1)
        detail = WhiteNoise(self._seed, f"(screen {frame.frame})", draw).detail_at(screen, level=0)
        pixel = self.grid.centre_of(empty)
        object_id = frame.seen.object_id.ravel()[pixel]
        for number in np.intersect1d(object_id, list(surfaces)).tolist():
            surface, here = surfaces[number], np.flatnonzero(object_id == number)
            uv = surface.uv(pixel[here])
            usable = is_usable(uv)
            found = surface.noise.detail_at(uv[usable], surface.level + FINER_DETAIL)
            detail[here[usable]] = np.where(np.isnan(found), detail[here[usable]], found)
        return detail

    def _ids_in(self, frame: SurfaceFrame) -> list[int]:
        """Of the objects with UVs that a frame shows."""
        return [number for number in present_ids(frame.seen.object_id) if number in self._keys]
