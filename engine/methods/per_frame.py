"""Every frame for itself: Stable Diffusion 1.5 with ControlNet-depth (Zhang et al., arXiv 2302.05543)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.denoise.denoiser import Denoiser, OnMicroBatch
from engine.denoise.loop import OnStep, denoise
from engine.methods.chunk import Chunk


@dataclass(frozen=True)
class PerFrame:
    """The same noise and hint give the same frame, whatever it is painted with."""

    denoiser: Denoiser

    @torch.inference_mode()
    def sample(self, chunk: Chunk, on_step: OnStep | None = None, on_micro_batch: OnMicroBatch | None = None) -> Tensor:
        """Clean latents of a chunk's frames, of the shape of its noise."""
        scheduler, hints = self.denoiser.make_scheduler(), self.denoiser.embed_hints(chunk.hints)

        def predict_noise(step: int, model_input: Tensor, timestep: Tensor) -> Tensor:
            return self.denoiser.predict_frames(model_input, timestep, hints, on_micro_batch=on_micro_batch)

        latents = self.denoiser.first_latents(chunk.noise, scheduler)
        return denoise(predict_noise, latents, scheduler, on_step, chunk.step_noise)

    def pictures(self, chunk: Chunk, latents: Tensor) -> Iterator[Tensor]:
        return self.denoiser.decode(latents)
