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
    TCDScheduler,
    UniPCMultistepScheduler,
)
from diffusers.schedulers.scheduling_lcm import LCMSchedulerOutput
from diffusers.schedulers.scheduling_tcd import TCDSchedulerOutput
from torch import Tensor

from engine.contract.errors import UsageError

GAMMA = 0.3
"""How much of the noise is drawn anew at each step of trajectory consistency sampling, as its authors advise."""


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


class GivenNoiseTCDScheduler(TCDScheduler):
    """Strategic stochastic sampling (Zheng et al., Trajectory Consistency Distillation, arXiv 2402.19159) whose noise
    is given."""

    def step(
        self, model_output: Tensor, timestep: Tensor, sample: Tensor, variance_noise: Tensor
    ) -> TCDSchedulerOutput:
        noised = super().step(model_output, timestep, sample, eta=GAMMA).pred_noised_sample  # at s
        if self.step_index == len(self.timesteps):
            return TCDSchedulerOutput(prev_sample=noised, pred_noised_sample=noised)
        t_next = self.timesteps[self.step_index]
        s = ((1 - GAMMA) * t_next).long()
        share = self.alphas_cumprod[t_next] / self.alphas_cumprod[s]
        prev_sample = share.sqrt() * noised + (1 - share).sqrt() * variance_noise
        return TCDSchedulerOutput(prev_sample=prev_sample, pred_noised_sample=noised)


SCHEDULERS: Mapping[str, Callable[[Mapping[str, Any]], SchedulerMixin]] = {
    "ddim": DDIMScheduler.from_config,
    "dpm++2m": DPMSolverMultistepScheduler.from_config,
    "unipc": UniPCMultistepScheduler.from_config,
    "euler": EulerDiscreteScheduler.from_config,
    "ddim-trailing": partial(DDIMScheduler.from_config, timestep_spacing="trailing"),
    "lcm": GivenNoiseLCMScheduler.from_config,
    "tcd": GivenNoiseTCDScheduler.from_config,
    "dpm++2m-sde": partial(DPMSolverMultistepScheduler.from_config, algorithm_type="sde-dpmsolver++"),
}


def make_scheduler(name: str, scheduler_config: Mapping[str, Any]) -> SchedulerMixin:
    """A fresh scheduler for the betas and the prediction type of `scheduler_config`; raises UsageError if unknown."""
    if name not in SCHEDULERS:
        raise UsageError(f'there is no scheduler "{name}"', f"choose one of: {', '.join(SCHEDULERS)}")
    return SCHEDULERS[name](dict(scheduler_config))
