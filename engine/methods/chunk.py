"""Frames that are denoised together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from engine.surface.frame_cells import FrameCells
from engine.surface.keyframe_views import KeyframeView


@dataclass(frozen=True)
class Chunk:
    """What a method paints frames from."""

    frames: Sequence[int]
    """Their numbers."""
    hints: Tensor  # (frames, 3, height, width), depth in [0, 1], near is bright; or what a Denoiser embedded of them
    noise: Tensor  # (frames, 4, latent_height, latent_width), unit normal
    step_noise: Tensor | None = None  # (frames, steps, 4, latent_height, latent_width), for schedulers that add noise
    cells: Sequence[FrameCells] = ()
    """Which surfaces each frame shows; empty for methods that do not ask."""
    views: Sequence[KeyframeView] = ()
    """Where the surfaces of each frame are in the keyframes; empty where nobody asks."""

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, places: Sequence[int]) -> Chunk:
        chosen = list(places)
        step_noise = self.step_noise[chosen] if self.step_noise is not None else None
        frames, cells = [self.frames[place] for place in chosen], [self.cells[place] for place in chosen]
        views = [self.views[place] for place in chosen] if self.views else ()
        return Chunk(frames, self.hints[chosen], self.noise[chosen], step_noise, cells, views)
