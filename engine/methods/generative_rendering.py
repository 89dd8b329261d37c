"""Generative Rendering (Cai et al., arXiv 2312.01409): frames share what keyframes of the clip compute.

At every step the keyframes attend to each other (extended attention), and what each layer gives is unified on the
surfaces. Then all frames attend to the keyframes too, and take the unified features where they show the same surface.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from engine.denoise.denoiser import Denoiser, OnMicroBatch
from engine.denoise.loop import OnStep, denoise
from engine.denoise.predicted_x0 import PredictedX0
from engine.denoise.surface_attention import Extraction, Injection, KeyframeFeatures, SurfaceAttention
from engine.denoise.surface_x0 import normalised, synchronised
from engine.methods.chunk import Chunk
from engine.methods.keyframes import (
    KeyframeRecorder,
    Keyframes,
    KeyframesAt,
    KeyframeSteps,
    StepKeyframes,
    drawn_keyframes,
    stored_keyframes,
)
from engine.methods.projection import carry_outwards, project
from engine.methods.surface_strength import SurfaceStrength


@dataclass(frozen=True)
class GenerativeRendering:
    """With keyframes that were denoised before, a frame is the same whatever it is painted with.

    Without, they are drawn anew at each step from the frames that are painted, as in the paper; then each frame depends
    on all the others.
    """

    denoiser: Denoiser
    seed: int
    keyframes: Keyframes | None = None
    keyframe_steps: KeyframeSteps | None = None
    """Of these keyframes, from `sample_keyframes`."""

    @torch.inference_mode()
    def sample(self, chunk: Chunk, on_step: OnStep | None = None, on_micro_batch: OnMicroBatch | None = None) -> Tensor:
        """Clean latents of a chunk's frames, of the shape of its noise."""
        chunk = replace(chunk, hints=self.denoiser.embed_hints(chunk.hints))
        if self.keyframes is None or self.keyframe_steps is None:
            count = self.denoiser.settings.surface.keyframes
            keyframes_at = drawn_keyframes(chunk, count, self.seed, self.denoiser.checkpoint.device)
            return self._sample(chunk, keyframes_at, on_step, on_micro_batch)
        known = self.keyframe_steps.clean_of(self.keyframes)  # keyframes need not be denoised again
        others = [place for place, frame in enumerate(chunk.frames) if frame not in known]
        if others:
            keyframes_at = stored_keyframes(self.keyframes, self.keyframe_steps, chunk[others])
            sampled = self._sample(chunk[others], keyframes_at, on_step, on_micro_batch)
            known |= {chunk.frames[place]: latents for place, latents in zip(others, sampled, strict=True)}
        return torch.stack([known[frame] for frame in chunk.frames])

    def pictures(self, chunk: Chunk, latents: Tensor) -> Iterator[Tensor]:
        """Each frame (height, width, 3), with the keyframes' pictures on the surfaces that they see."""
        decoded = self.denoiser.decode(latents)
        if not chunk.views:
            yield from decoded
            return
        for picture, view in zip(decoded, chunk.views, strict=True):
            yield project(picture, self._keyframe_pictures, view, self.denoiser.settings.surface)

    @cached_property
    def _keyframe_pictures(self) -> Tensor:
        assert self.keyframes is not None and self.keyframe_steps is not None
        decoded = self.denoiser.decode(self.keyframe_steps.clean)
        views = self.keyframes.chunk.views
        return torch.stack([carry_outwards(picture, view) for picture, view in zip(decoded, views, strict=True)])

    @torch.inference_mode()
    def sample_keyframes(
        self, keyframes: Keyframes, on_step: OnStep | None = None, on_micro_batch: OnMicroBatch | None = None
    ) -> KeyframeSteps:
        """Denoises keyframes by themselves; all frames are then painted with what this gives."""
        recorder = KeyframeRecorder(keyframes)
        clean = self._sample(keyframes.chunk, recorder.at, on_step, on_micro_batch)
        return recorder.steps(clean)

    def _sample(
        self, chunk: Chunk, keyframes_at: KeyframesAt, on_step: OnStep | None, on_micro_batch: OnMicroBatch | None
    ) -> Tensor:
        scheduler = self.denoiser.make_scheduler()
        x_0 = PredictedX0.of(scheduler)

        def predict_noise(step: int, x_t: Tensor, timestep: Tensor) -> Tensor:
            strength = SurfaceStrength.at(step / len(scheduler.timesteps), self.denoiser.settings.surface)
            shared = keyframes_at(step, x_t)
            features = self._extract(shared, timestep) if strength.shares_features else {}
            alpha = torch.tensor(strength.alpha, device=x_t.device) if strength.alpha else None

            def injection(rows: Sequence[Tensor]) -> SurfaceAttention:
                return Injection(self.denoiser.halves, features, rows, strength.pre_attention, alpha)

            noise_pred = self.denoiser.predict_frames(
                x_t, timestep, chunk.hints, shared.rows, injection if features else None, on_micro_batch
            )
            predicted = x_0.decode(noise_pred, x_t, timestep)
            keyframe_x_0 = shared.x_0_of(predicted)
            if not strength.corrects_x_0:
                return noise_pred
            return x_0.encode(_corrected(predicted, keyframe_x_0, shared, strength), x_t, timestep)

        latents = self.denoiser.first_latents(chunk.noise, scheduler)
        return denoise(predict_noise, latents, scheduler, on_step, chunk.step_noise)

    def _extract(self, shared: StepKeyframes, timestep: Tensor) -> Mapping[str, KeyframeFeatures]:
        """Extended attention among the keyframes; their own prediction is not needed."""
        surface = self.denoiser.settings.surface
        extraction = Extraction(
            self.denoiser.halves,
            [table.unify for table in shared.keyframes.tables],
            surface.layers,
            surface.mean_weight,
            width=shared.x_t.shape[-1],
            token_stride=surface.token_stride,
        )
        self.denoiser.predict_noise(shared.x_t, timestep, shared.keyframes.chunk.hints, extraction)
        return extraction.features


def _corrected(x_0: Tensor, keyframe_x_0: Tensor, shared: StepKeyframes, strength: SurfaceStrength) -> Tensor:
    """The frames' predicted x_0, (frames, 4, latent_height, latent_width), drawn to that of the keyframes on the same
    surfaces: against drifting colours."""
    table, rows = shared.keyframes.tables[0], shared.rows[0]
    O = keyframe_x_0.flatten(2).transpose(1, 2).flatten(0, 1)  # noqa: E741 - (K * tokens, 4)
    x_0 = normalised(x_0, table.unify(O, 0.0), rows, strength.normalisation)
    return synchronised(x_0, table.unify(O, strength.mean_weight), rows, strength.x0_sync)
