"""The schedulers by their short names, built for a checkpoint's own noise schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    SchedulerMixin,
    UniPCMultistepScheduler,
)

from engine.contract.errors import UsageError

SCHEDULERS: Mapping[str, type[SchedulerMixin]] = {
    "ddim": DDIMScheduler,
    "dpm++2m": DPMSolverMultistepScheduler,
    "unipc": UniPCMultistepScheduler,
    "euler": EulerDiscreteScheduler,
}


def make_scheduler(name: str, scheduler_config: Mapping[str, Any]) -> SchedulerMixin:
    """A fresh scheduler for the betas and the prediction type of `scheduler_config`; raises UsageError if unknown."""
    if name not in SCHEDULERS:
        raise UsageError(f'there is no scheduler "{name}"', f"choose one of: {', '.join(SCHEDULERS)}")
    return SCHEDULERS[name].from_config(dict(scheduler_config))
