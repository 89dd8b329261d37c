"""The noise that the latents of a job's frames start from."""

from __future__ import annotations

import numpy as np

from engine.contract.job import Job
from engine.contract.plan import Plan
from engine.surface.noise import frame_noise
from engine.surface.passes import FramePasses
from engine.surface.shot_surfaces import ShotSurfaces
from engine.surface.surface_noise import SurfaceNoise


class InitialNoise:
    """Of any frame, whatever else is painted."""

    def __init__(
        self,
        job: Job,
        plan: Plan,
        surfaces: ShotSurfaces,
        latent_pixel: int,  # output pixels along its side
    ) -> None:
        self._job = job
        self._surfaces = surfaces
        self._surface_noise = SurfaceNoise(surfaces.shot, job.seed, plan.noise_levels, latent_pixel)

    def of(self, frame: int, passes: FramePasses) -> np.ndarray:
        """(4, latent_height, latent_width) float32, unit normal."""
        if self._job.settings.noise == "independent":
            return frame_noise(self._job.seed, frame, *self._surface_noise.grid.shape)
        shown = self._surfaces.surface_of(frame, passes)
        return self._surface_noise.latents(shown, self._job.settings.noise_share)
