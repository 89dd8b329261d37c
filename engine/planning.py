"""Makes a clip's plan, once: everything the frames share that is not said in the job."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from engine.contract.frames import Clip
from engine.contract.hashing import content_hash
from engine.contract.job import SurfaceSettings
from engine.contract.plan import Plan, read_plan, write_plan
from engine.contract.shot import Shot
from engine.device import choose_dtype
from engine.surface.cells import uv_fineness
from engine.surface.depth_hint import inverse_depth_range
from engine.surface.frame_cells import SurfaceCells
from engine.surface.keyframe_choice import covering_keyframes, spread_keyframes
from engine.surface.layer_cells import LayerCells
from engine.surface.passes import FramePasses, read_passes
from engine.surface.shot_surfaces import ShotSurfaces
from engine.surface.texel_levels import planned_levels

MICRO_BATCH = {"cuda": 4, "mps": 2, "cpu": 1}


@dataclass(frozen=True)
class PlanWishes:
    """What the job and its model ask of the plan."""

    chunk: int
    micro_batch: int | None
    dtype: str
    compile: bool
    noise: str
    surface: SurfaceSettings | None
    """None where frames share no features."""
    latent_pixel: int
    """Output pixels along its side."""


@dataclass(frozen=True)
class Probe:
    """The frames that a plan is made from; they are read whenever they are looked at, for all of them may not fit."""

    surfaces: ShotSurfaces
    frames: tuple[int, ...]

    def __iter__(self) -> Iterator[FramePasses]:
        return (read_passes(self.surfaces.folder, self.surfaces.shot, frame) for frame in self.frames)

    def cells(self, fineness: Mapping[str, float], stride: int, cell_size: float) -> dict[int, LayerCells]:
        """What each frame shows of the surfaces."""
        cells = SurfaceCells(self.surfaces.shot, fineness, [stride], cell_size)
        read = ((frame, *self.surfaces.read(frame)) for frame in self.frames)
        return {frame: cells.of(surface, passes)[0] for frame, passes, surface in read}


def plan_for(folder: Path, shot_folder: Path, shot: Shot, clip: Clip, wishes: PlanWishes, device: torch.device) -> Plan:
    """The plan that stands in the job's folder, if it was made from the same; else a new one, written there.

    Raises ShotInvalid where the probe cannot be read or shows nothing.
    """
    probe = Probe(ShotSurfaces(shot_folder, shot), clip.probe())
    basis = content_hash([shot.frames[frame].content for frame in probe.frames], probe.frames, asdict(wishes))
    try:
        plan = read_plan(folder)
        if plan.basis == basis:
            return plan
    except (FileNotFoundError, TypeError, ValueError, KeyError):
        pass
    far, near = inverse_depth_range(probe)
    fineness = uv_fineness(probe, shot.objects) if wishes.surface else {}
    plan = Plan(
        basis=basis,
        probe=probe.frames,
        inverse_depth_far=far,
        inverse_depth_near=near,
        keyframes=_keyframes(probe, fineness, wishes.surface, wishes.latent_pixel) if wishes.surface else (),
        chunk=wishes.chunk,
        micro_batch=wishes.micro_batch or MICRO_BATCH[device.type],
        threads=_processors(),
        dtype=choose_dtype(wishes.dtype, device),
        compile=wishes.compile,
        noise_levels=planned_levels(probe, shot.objects, wishes.latent_pixel) if wishes.noise == "surface" else {},
        uv_fineness=fineness,
    )
    write_plan(folder, plan)
    return plan


def _keyframes(
    probe: Probe, fineness: Mapping[str, float], settings: SurfaceSettings, latent_pixel: int
) -> tuple[int, ...]:
    match settings.keyframe_choice:
        case "coverage":
            return covering_keyframes(probe.cells(fineness, latent_pixel, settings.cell_size), settings.keyframes)
        case "spread":
            return spread_keyframes(probe.frames, settings.keyframes)
        case _:
            return ()


def _processors() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
