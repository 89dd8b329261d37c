"""What a method is, and how it comes to pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from torch import Tensor

from engine.denoise.denoiser import OnMicroBatch
from engine.denoise.loop import OnStep
from engine.methods.chunk import Chunk
from models.memory import explained_out_of_memory


class Method(Protocol):
    def sample(self, chunk: Chunk, on_step: OnStep | None, on_micro_batch: OnMicroBatch | None) -> Tensor:
        """Clean latents of a chunk's frames, of the shape of its noise."""

    def pictures(self, chunk: Chunk, latents: Tensor) -> Iterator[Tensor]:
        """Each frame (height, width, 3) float32 in [0, 1] on the CPU, from its clean latents."""


def paint(
    method: Method, chunk: Chunk, on_step: OnStep | None = None, on_micro_batch: OnMicroBatch | None = None
) -> Iterator[Tensor]:
    """The frames of a chunk, each (height, width, 3) float32 in [0, 1] on the CPU.

    All are denoised together, step by step, before the first is decoded. Raises OutOfMemory, and ModelInvalid where
    the networks give no numbers.
    """
    with explained_out_of_memory("try a smaller --micro-batch or --resolution"):
        yield from method.pictures(chunk, method.sample(chunk, on_step, on_micro_batch))
