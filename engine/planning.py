"""Makes a clip's plan, once: everything the frames share that is not said in the job."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.contract.frames import Clip
from engine.contract.hashing import content_hash
from engine.contract.plan import Plan, read_plan, write_plan
from engine.contract.shot import Shot
from engine.device import choose_dtype
from engine.surface.depth_hint import inverse_depth_range
from engine.surface.passes import read_passes
from engine.surface.texel_levels import planned_levels

MICRO_BATCH = {"cuda": 4, "mps": 2, "cpu": 1}


@dataclass(frozen=True)
class PlanWishes:
    """What the job and its model ask of the plan."""

    chunk: int
    micro_batch: int | None
    dtype: str
    noise: str
    latent_pixel: int
    """Output pixels along its side."""


def plan_for(folder: Path, shot_folder: Path, shot: Shot, clip: Clip, wishes: PlanWishes, device: torch.device) -> Plan:
    """The plan that stands in the job's folder, if it was made from the same; else a new one, written there.

    Raises ShotInvalid where the probe cannot be read or shows nothing.
    """
    probe = clip.probe()
    basis = content_hash([shot.frames[frame].content for frame in probe], probe, vars(wishes))
    try:
        plan = read_plan(folder)
        if plan.basis == basis:
            return plan
    except (FileNotFoundError, TypeError, ValueError, KeyError):
        pass
    far, near = inverse_depth_range(read_passes(shot_folder, shot, frame) for frame in probe)
    shown = (read_passes(shot_folder, shot, frame) for frame in probe)
    noise_levels = planned_levels(shown, shot.objects, wishes.latent_pixel) if wishes.noise == "surface" else {}
    plan = Plan(
        basis=basis,
        probe=probe,
        inverse_depth_far=far,
        inverse_depth_near=near,
        keyframes=(),
        chunk=wishes.chunk,
        micro_batch=wishes.micro_batch or MICRO_BATCH[device.type],
        threads=_processors(),
        dtype=choose_dtype(wishes.dtype, device),
        noise_levels=noise_levels,
    )
    write_plan(folder, plan)
    return plan


def _processors() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
