"""The sampling loop: from noise to latents, whatever the network and the scheduler."""

from __future__ import annotations

from collections.abc import Callable

from diffusers import SchedulerMixin
from torch import Tensor

PredictNoise = Callable[[int, Tensor, Tensor], Tensor]
"""(step from 0, latents as the network wants them, timestep) -> noise_pred, of the latents' shape."""

OnStep = Callable[[int, int, Tensor], None]
"""(step from 0, timestep, latents after it); what it raises ends the loop."""


def denoise(
    predict_noise: PredictNoise,
    latents: Tensor,  # (frames, 4, latent_height, latent_width), noise of the scheduler's init_noise_sigma
    scheduler: SchedulerMixin,
    on_step: OnStep | None = None,
    step_noise: Tensor | None = None,  # (frames, steps, 4, latent_height, latent_width), for those that add noise
) -> Tensor:
    """Runs the scheduler's timesteps (set before) over `latents` and returns them clean, of the same shape.

    `on_step` is where progress, previews and cancellation enter.
    """
    for step, timestep in enumerate(scheduler.timesteps):
        noise_pred = predict_noise(step, scheduler.scale_model_input(latents, timestep), timestep)
        added = {} if step_noise is None else {"variance_noise": step_noise[:, step].to(latents)}
        latents = scheduler.step(noise_pred, timestep, latents, **added).prev_sample
        if on_step is not None:
            on_step(step, int(timestep), latents)
    return latents
