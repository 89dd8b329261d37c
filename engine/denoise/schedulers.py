"""The schedulers by their short names, built for a checkpoint's own noise schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    SchedulerMixin,
    UniPCMultistepScheduler,
)
from diffusers.schedulers.scheduling_lcm import LCMSchedulerOutput
from torch import Tensor

from engine.contract.errors import UsageError


class GivenNoiseLCMScheduler(LCMScheduler):
    """Latent consistency sampling (Luo et al., arXiv 2310.04378) whose noise is given, so that it can be that of the
    surfaces."""

    def step(
        self, model_output: Tensor, timestep: Tensor, sample: Tensor, variance_noise: Tensor
    ) -> LCMSchedulerOutput:
        denoised = super().step(model_output, timestep, sample).denoised
        if self.step_index == len(self.timesteps):
            return LCMSchedulerOutput(prev_sample=denoised, denoised=denoised)
        alpha_cumprod = self.alphas_cumprod[self.timesteps[self.step_index]].to(sample)
        prev_sample = alpha_cumprod.sqrt() * denoised + (1 - alpha_cumprod).sqrt() * variance_noise
        return LCMSchedulerOutput(prev_sample=prev_sample, denoised=denoised)


SCHEDULERS: Mapping[str, Callable[[Mapping[str, Any]], SchedulerMixin]] = {
    "ddim": DDIMScheduler.from_config,
    "dpm++2m": DPMSolverMultistepScheduler.from_config,
    "unipc": UniPCMultistepScheduler.from_config,
    "euler": EulerDiscreteScheduler.from_config,
    "lcm": GivenNoiseLCMScheduler.from_config,
    "dpm++2m-sde": partial(DPMSolverMultistepScheduler.from_config, algorithm_type="sde-dpmsolver++"),
}


def make_scheduler(name: str, scheduler_config: Mapping[str, Any]) -> SchedulerMixin:
    """A fresh scheduler for the betas and the prediction type of `scheduler_config`; raises UsageError if unknown."""
    if name not in SCHEDULERS:
        raise UsageError(f'there is no scheduler "{name}"', f"choose one of: {', '.join(SCHEDULERS)}")
    return SCHEDULERS[name](dict(scheduler_config))
