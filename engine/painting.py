"""Paints a job's frames, chunk by chunk, and writes each as soon as it is done."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine.contract.job import FORMATS, Job, frame_hash
from engine.contract.messages import FrameWritten, Message, Progress, Warned
from engine.contract.plan import Plan
from engine.contract.shot import Shot
from engine.device import be_deterministic, memory_mb
from engine.home import overpaint_home
from engine.methods.per_frame import PerFrame
from engine.pictures import write_picture
from engine.stamps import finished_frame, frame_path, stamp_frame
from engine.surface.depth_hint import depth_hint
from engine.surface.noise import frame_noise
from engine.surface.passes import FramePasses, read_passes
from models.fingerprint import fingerprint
from models.loading import load_checkpoint
from models.registry import resolve
from models.sources import find_sources

LATENT_STRIDE = 8
LOG = logging.getLogger(__name__)

Emit = Callable[[Message], None]
CheckCancelled = Callable[[], None]
"""Raises Cancelled once somebody wants the job to end; called at every denoising step."""


@dataclass(frozen=True)
class Models:
    """Where a job's weights lie on this machine."""

    model: Path
    controlnet: Path | None

    @classmethod
    def of(cls, job: Job) -> Models:
        home = overpaint_home()
        return cls(resolve(job.model, home), resolve(job.controlnet, home) if job.controlnet else None)

    def fingerprint(self, job: Job) -> str:
        """Of all that loading them reads. Raises ModelInvalid or WeightsMissing for what is not whole or not there."""
        sources = find_sources(self.model, self.controlnet, overpaint_home())
        return fingerprint(*sources.paths, *(Path(lora.path) for lora in job.loras))


@dataclass(frozen=True)
class Painting:
    """A job with all it takes to paint its frames."""

    folder: Path
    job: Job
    plan: Plan
    shot_folder: Path
    shot: Shot
    models: Models
    device: torch.device
    job_hash: str

    def made_of(self, frame: int) -> str:
        return frame_hash(self.job_hash, self.shot.frames[frame].content)

    def finished(self, frame: int) -> Path | None:
        return finished_frame(self.folder, frame, self.made_of(frame))


def paint(painting: Painting, todo: Sequence[int], emit: Emit, check_cancelled: CheckCancelled) -> None:
    """Paints frames chunk by chunk and writes each as soon as it is done."""
    be_deterministic(painting.plan.threads)
    LOG.info("model %s, ControlNet %s", painting.models.model, painting.models.controlnet or "of the model")
    LOG.info("device %s, plan %s, job hash %s", painting.device, painting.plan, painting.job_hash)
    emit(Progress("load", frames=len(todo)))
    method = _load_method(painting, emit)
    clock = _Clock(painting, len(todo), emit, check_cancelled)
    for chunk in _batches(todo, painting.plan.chunk):
        for frame, passes, picture in paint_chunk(painting, method, chunk, clock):
            path = _write_frame(painting, frame, passes, picture)
            clock.done += 1
            emit(FrameWritten(frame, str(path)))


def paint_chunk(
    painting: Painting, method: PerFrame, chunk: Sequence[int], clock: _Clock
) -> Iterator[tuple[int, FramePasses, np.ndarray]]:
    """The frames of a chunk with their passes and pictures (height, width, 3) in [0, 1].

    Micro-batches always have the plan's size, for a batch of another size may round differently.
    """
    size = painting.plan.micro_batch
    for batch in _batches(chunk, size):
        clock.start(batch)
        passes = [read_passes(painting.shot_folder, painting.shot, frame) for frame in batch]
        padding = [-1] * (size - len(batch))
        hints = torch.stack([_hint(painting.plan, item) for item in passes])
        noise = torch.stack([_noise(painting, frame) for frame in batch])
        full = [*range(len(batch)), *padding]
        pictures = method.paint(hints[full], noise[full], clock.on_step)
        yield from zip(batch, passes, pictures.numpy(), strict=False)


class _Clock:
    """Progress of the painting, and the place where it is cancelled."""

    def __init__(self, painting: Painting, frames: int, emit: Emit, check_cancelled: CheckCancelled) -> None:
        self.steps = painting.job.settings.num_inference_steps
        self.device = painting.device
        self.frames = frames
        self.done = 0
        self._emit = emit
        self._check_cancelled = check_cancelled
        self._batch: Sequence[int] = ()
        self._started = time.monotonic()

    def start(self, batch: Sequence[int]) -> None:
        self._batch = batch

    def on_step(self, step: int, timestep: int, latents: torch.Tensor) -> None:
        self._check_cancelled()
        share = (self.done + len(self._batch) * (step + 1) / self.steps) / self.frames
        seconds = time.monotonic() - self._started
        self._emit(
            Progress(
                "paint",
                frame=self._batch[0],
                done=self.done,
                frames=self.frames,
                step=step + 1,
                steps=self.steps,
                eta_s=round(seconds / share - seconds, 1),
                memory_mb=round(memory_mb(self.device), 1),
            )
        )


def _load_method(painting: Painting, emit: Emit) -> PerFrame:
    job, models = painting.job, painting.models
    checkpoint = load_checkpoint(
        models.model,
        models.controlnet,
        job.loras,
        painting.device,
        getattr(torch, painting.plan.dtype),
        overpaint_home(),
    )
    method = PerFrame(checkpoint, job.prompt, job.negative_prompt, job.settings)
    for name, cut in (("prompt", method.cut_prompt), ("negative prompt", method.cut_negative_prompt)):
        if cut:
            emit(Warned(f'the {name} is longer than the text encoder takes; this was cut: "{cut}"'))
    return method


def _hint(plan: Plan, passes: FramePasses) -> torch.Tensor:
    hint = depth_hint(passes, plan.inverse_depth_far, plan.inverse_depth_near)
    return torch.from_numpy(hint).expand(3, -1, -1)


def _noise(painting: Painting, frame: int) -> torch.Tensor:
    height, width = painting.shot.height // LATENT_STRIDE, painting.shot.width // LATENT_STRIDE
    return torch.from_numpy(frame_noise(painting.job.seed, frame, height, width))


def _write_frame(painting: Painting, frame: int, passes: FramePasses, picture: np.ndarray) -> Path:
    settings = painting.job.settings
    if settings.alpha:
        picture = np.dstack([picture, passes.is_surface.astype(np.float32)])
    path = frame_path(painting.folder, frame, FORMATS[settings.format])
    write_picture(path, picture, settings.format)
    stamp_frame(painting.folder, frame, path, painting.made_of(frame))
    return path


def _batches(frames: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(frames), size):
        yield frames[start : start + size]
