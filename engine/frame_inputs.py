"""What the methods paint from: hints, noise and surface cells of a job's frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial

import numpy as np
import torch

from engine.contract.job import STOCHASTIC_SCHEDULERS
from engine.methods.chunk import Chunk
from engine.painting import Painting
from engine.surface.correspondence import SurfaceFrame
from engine.surface.depth_hint import depth_hint
from engine.surface.frame_cells import SurfaceCells
from engine.surface.keyframe_views import KeyframeViews
from engine.surface.noise import frame_noise
from engine.surface.passes import FramePasses, read_passes
from engine.surface.shot_surfaces import ShotSurfaces, TexelAtlas
from engine.surface.surface_noise import SurfaceNoise
from models.loading import Checkpoint


class FrameInputs:
    """Those of any frame, whatever else is painted."""

    def __init__(self, painting: Painting, checkpoint: Checkpoint) -> None:
        shot, plan = painting.shot, painting.plan
        self._job = painting.job
        self._plan = plan
        self._surfaces = ShotSurfaces(painting.shot_folder, shot)
        self._noise = SurfaceNoise(shot, painting.job.seed, plan.noise_levels, checkpoint.vae_scale_factor)
        self._atlas = TexelAtlas()
        self._stride = checkpoint.vae_scale_factor
        cell_size = painting.job.settings.surface.cell_size
        self._cells = SurfaceCells(shot, plan.uv_fineness, checkpoint.strides, cell_size)

    def read(
        self, frames: Sequence[int], check_cancelled: Callable[[], None] = lambda: None
    ) -> tuple[list[FramePasses], Chunk]:
        """Calls `check_cancelled` before every frame. Raises ShotInvalid naming what is missing or damaged."""
        passes, hints, noise, step_noise, cells, views = [], [], [], [], [], []
        for frame in frames:
            check_cancelled()
            shown = read_passes(self._surfaces.folder, self._surfaces.shot, frame)
            surface = cache(partial(self._surfaces.surface_of, frame, shown))  # reads the motion, if anybody asks
            passes.append(shown)
            hints.append(self._hint(shown))
            noise.append(self._latents(frame, surface))
            step_noise += [self._latents(frame, surface, draw) for draw in self._draws]
            cells.append(self._cells.of(surface(), shown) if self._shares else ())
            views += [self._keyframe_views.of(surface())] if self._projects else []
        channels = _stacked(hints)[:, None].expand(-1, 3, -1, -1)
        added = _stacked(step_noise).unflatten(0, (len(frames), -1)) if step_noise else None
        return passes, Chunk(frames, channels, _stacked(noise), added, cells, views)

    def _hint(self, passes: FramePasses) -> np.ndarray:
        return depth_hint(passes, self._plan.inverse_depth_far, self._plan.inverse_depth_near)

    @property
    def _draws(self) -> range:
        """Of the noise that is added at each step."""
        settings = self._job.settings
        return range(1, 1 + (settings.num_inference_steps if settings.scheduler in STOCHASTIC_SCHEDULERS else 0))

    def _latents(self, frame: int, surface: Callable[[], SurfaceFrame], draw: int = 0) -> np.ndarray:
        """What the frame starts from, or gets at a step, (4, latent_height, latent_width) float32, unit normal."""
        if self._job.settings.noise == "independent":
            return frame_noise(self._job.seed, frame, *self._noise.grid.shape, draw)
        return self._noise.latents(surface(), self._job.settings.noise_share, draw)

    @property
    def _shares(self) -> bool:
        """Whether frames share features."""
        return self._job.method != "per-frame"

    @property
    def _projects(self) -> bool:
        """Whether keyframes are projected onto other frames."""
        is_asked = self._shares and self._job.settings.surface.projection > 0
        return is_asked and bool(self._plan.keyframes) and self._surfaces.has_geometry

    @cached_property
    def _keyframe_views(self) -> KeyframeViews:
        keyframes = [self._surfaces.read(frame)[1] for frame in self._plan.keyframes]
        return KeyframeViews(keyframes, self._atlas.of, self._stride)


def _stacked(arrays: Sequence[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.stack(arrays)))  # networks round differently in other layouts
