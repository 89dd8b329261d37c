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
from engine.contract.messages import Emit, FrameWritten, Progress, Warned
from engine.contract.plan import Plan
from engine.contract.shot import Shot
from engine.denoise.guidance import is_guided
from engine.denoise.prompt import unknown_words
from engine.device import be_deterministic, memory_mb
from engine.home import overpaint_home
from engine.initial_noise import InitialNoise
from engine.job_models import JobModels
from engine.methods.per_frame import PerFrame
from engine.pictures import write_picture
from engine.stamps import finished_frame, frame_path, stamp_frame
from engine.surface.depth_hint import depth_hint
from engine.surface.passes import FramePasses, read_passes
from engine.surface.shot_surfaces import ShotSurfaces
from models.loading import load_checkpoint

LOG = logging.getLogger(__name__)

CheckCancelled = Callable[[], None]
"""Raises Cancelled once somebody wants the job to end; called before every micro-batch."""


@dataclass(frozen=True)
class Painting:
    """A job with all it takes to paint its frames."""

    folder: Path
    job: Job
    plan: Plan
    shot_folder: Path
    shot: Shot
    models: JobModels
    device: torch.device
    job_hash: str

    def made_of(self, frame: int) -> str:
        return frame_hash(self.job_hash, self.shot.frames[frame].content)

    def finished(self, frame: int) -> Path | None:
        return finished_frame(self.folder, frame, self.made_of(frame))

    def finished_frames(self) -> dict[int, Path]:
        """Those of the clip, in their order, with their files; every file is read."""
        frames = [frame for frame in sorted(self.shot.frames) if frame in self.job.clip]
        return {frame: path for frame in frames if (path := self.finished(frame))}


def paint(painting: Painting, todo: Sequence[int], emit: Emit, check_cancelled: CheckCancelled) -> None:
    """Paints frames chunk by chunk, and writes a chunk's frames when it is done."""
    be_deterministic(painting.plan.threads)
    LOG.info("model %s, ControlNet %s", painting.models.model, painting.models.controlnet or "of the model")
    LOG.info("device %s, plan %s, job hash %s", painting.device, painting.plan, painting.job_hash)
    emit(Progress("load", frames=len(todo)))
    method = _load_method(painting, emit)
    surfaces = ShotSurfaces(painting.shot_folder, painting.shot)
    noise = InitialNoise(painting.job, painting.plan, surfaces, method.checkpoint.vae_scale_factor)
    clock = _Clock(painting, len(todo), emit, check_cancelled)
    for start in range(0, len(todo), painting.plan.chunk):
        chunk = todo[start : start + painting.plan.chunk]
        clock.start_chunk(chunk)
        for frame, passes, picture in paint_chunk(painting, method, noise, chunk, clock):
            path = _write_frame(painting, frame, passes, picture)
            clock.done += 1
            emit(FrameWritten(frame, str(path)))


def paint_chunk(
    painting: Painting, method: PerFrame, noise: InitialNoise, chunk: Sequence[int], clock: _Clock
) -> Iterator[tuple[int, FramePasses, np.ndarray]]:
    """The frames of a chunk with their passes and pictures (height, width, 3) in [0, 1]."""
    passes = [read_passes(painting.shot_folder, painting.shot, frame) for frame in chunk]
    hints = torch.stack([_hint(painting.plan, item) for item in passes])
    latents = torch.stack([_noise(noise, frame, item, clock) for frame, item in zip(chunk, passes, strict=True)])
    pictures = method.paint(hints, latents, clock.on_step, clock.on_micro_batch)
    for frame, frame_passes, picture in zip(chunk, passes, pictures, strict=True):
        yield frame, frame_passes, picture.numpy()


class _Clock:
    """Progress of the painting, and the place where it is cancelled."""

    def __init__(self, painting: Painting, frames: int, emit: Emit, check_cancelled: CheckCancelled) -> None:
        self.done = 0
        self._steps = painting.job.settings.num_inference_steps
        self._micro_batch = painting.plan.micro_batch
        self._device = painting.device
        self._frames = frames
        self._emit = emit
        self.check_cancelled = check_cancelled
        self._started = time.monotonic()
        self._chunk: Sequence[int] = ()
        self._step = self._batch = 0

    def start_chunk(self, chunk: Sequence[int]) -> None:
        self._chunk, self._step, self._batch = chunk, 0, 0

    def on_step(self, step: int, timestep: int, latents: torch.Tensor) -> None:
        self._step, self._batch = step + 1, 0
        self._tell()

    def on_micro_batch(self) -> None:
        self.check_cancelled()
        if self._batch:
            self._tell()
        self._batch += 1

    def _tell(self) -> None:
        batches = -(-len(self._chunk) // self._micro_batch)
        steps = self._step + self._batch / batches
        share = (self.done + len(self._chunk) * steps / self._steps) / self._frames
        seconds = time.monotonic() - self._started
        self._emit(
            Progress(
                "paint",
                frame=self._chunk[0],
                done=self.done,
                frames=self._frames,
                step=self._step,
                steps=self._steps,
                share=round(share, 4),
                eta_s=round(seconds / share - seconds, 1),
                memory_mb=round(memory_mb(self._device), 1),
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
    method = PerFrame(checkpoint, job.prompt, job.negative_prompt, job.settings, painting.plan.micro_batch)
    for name, cut in (("prompt", method.cut_prompt), ("negative prompt", method.cut_negative_prompt)):
        if cut:
            emit(Warned(f'the {name} is longer than the text encoder takes; this was cut: "{cut}"'))
    read = f"{job.prompt} {job.negative_prompt}" if is_guided(job.settings.guidance_scale) else job.prompt
    if unknown := unknown_words(read, checkpoint.known_words):
        emit(Warned(f"the model was not trained with these words, and may ignore them: {', '.join(unknown)}"))
    return method


def _hint(plan: Plan, passes: FramePasses) -> torch.Tensor:
    hint = depth_hint(passes, plan.inverse_depth_far, plan.inverse_depth_near)
    return torch.from_numpy(hint).expand(3, -1, -1)


def _noise(noise: InitialNoise, frame: int, passes: FramePasses, clock: _Clock) -> torch.Tensor:
    clock.check_cancelled()
    return torch.from_numpy(noise.of(frame, passes))


def _write_frame(painting: Painting, frame: int, passes: FramePasses, picture: np.ndarray) -> Path:
    settings = painting.job.settings
    if settings.alpha:
        picture = np.dstack([picture, passes.is_surface.astype(np.float32)])
    path = frame_path(painting.folder, frame, FORMATS[settings.format])
    write_picture(path, picture, settings.format)
    for suffix in {*FORMATS.values()} - {path.suffix}:  # a number has one picture, or players take the wrong one
        path.with_suffix(suffix).unlink(missing_ok=True)
    stamp_frame(painting.folder, frame, path, painting.made_of(frame))
    return path
