"""Paints a job's frames, chunk by chunk, and writes each as soon as it is done."""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from engine.clock import CheckCancelled, Clock
from engine.contract.job import FORMATS
from engine.contract.messages import Emit, FrameWritten, Progress
from engine.device import be_deterministic
from engine.frame_inputs import FrameInputs
from engine.job_method import load_denoiser, make_method
from engine.methods.chunk import Chunk
from engine.methods.method import paint
from engine.painting import Painting
from engine.pictures import write_picture
from engine.reading_ahead import read_ahead
from engine.stamps import frame_path, stamp_frame
from engine.surface.passes import FramePasses
from engine.unseen_objects import UnseenObjects

LOG = logging.getLogger(__name__)


def paint_frames(painting: Painting, todo: Sequence[int], emit: Emit, check_cancelled: CheckCancelled) -> None:
    """Paints frames chunk by chunk, and writes a chunk's frames when it is done."""
    be_deterministic(painting.plan.threads)
    LOG.info("model %s, ControlNet %s", painting.models.model, painting.models.controlnet or "of the model")
    LOG.info("device %s, plan %s, job hash %s", painting.device, painting.plan, painting.job_hash)
    emit(Progress("load", frames=len(todo)))
    denoiser = load_denoiser(painting, emit)
    inputs = FrameInputs(painting, denoiser.checkpoint)
    method = make_method(painting, denoiser, inputs, emit, check_cancelled)
    unseen = UnseenObjects(painting.shot, method)
    clock = Clock("paint", painting, len(todo), emit, check_cancelled)
    chunks = _chunks(painting, todo)
    with closing(_read(inputs, chunks, painting, check_cancelled)) as read:
        for passes, frames in read:
            clock.start_chunk(frames.frames)
            unseen.tell(passes, emit)
            pictures = paint(method, frames, clock.on_step, clock.on_micro_batch)
            for frame, shown, picture in zip(frames.frames, passes, pictures, strict=True):
                path = _write_frame(painting, frame, shown, picture.numpy())
                clock.done += 1
                emit(FrameWritten(frame, str(path)))


def _read(
    inputs: FrameInputs, chunks: Sequence[Sequence[int]], painting: Painting, check_cancelled: CheckCancelled
) -> Generator[tuple[list[FramePasses], Chunk]]:
    """What chunks are painted from. Ahead of time where the CPU has nothing else to do; else it would cost memory."""
    if painting.device.type != "cpu":
        return read_ahead(inputs.read, chunks, check_cancelled)
    return (inputs.read(chunk, check_cancelled) for chunk in chunks)


def _chunks(painting: Painting, todo: Sequence[int]) -> list[Sequence[int]]:
    """Where every frame depends on all others, they are one."""
    size = len(todo) if painting.job.redraws_keyframes else painting.plan.chunk
    return [todo[start : start + size] for start in range(0, len(todo), size)]


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
