"""Progress of a painting, and the place where it is cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch

from engine.contract.messages import Emit, Progress
from engine.device import memory_mb
from engine.painting import Painting

CheckCancelled = Callable[[], None]
"""Raises Cancelled once somebody wants the job to end; called before every micro-batch."""


class Clock:
    """Of one stage, through its chunks of frames."""

    def __init__(
        self, stage: str, painting: Painting, frames: int, emit: Emit, check_cancelled: CheckCancelled
    ) -> None:
        self.done = 0
        self.check_cancelled = check_cancelled
        self._stage, self._frames = stage, frames
        self._steps = painting.job.settings.num_inference_steps
        self._micro_batch = painting.plan.micro_batch
        self._device = painting.device
        self._emit = emit
        self._started = time.monotonic()
        self._chunk: Sequence[int] = ()
        self._step = self._batch = 0

    def start_chunk(self, chunk: Sequence[int]) -> None:
        self._chunk, self._step, self._batch = chunk, 0, 0
        self._tell()

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
                self._stage,
                frame=self._chunk[0],
                done=self.done,
                frames=self._frames,
                step=self._step,
                steps=self._steps,
                share=round(share, 4),
                eta_s=round(seconds / share - seconds, 1) if share else None,
                memory_mb=round(memory_mb(self._device), 1),
            )
        )
