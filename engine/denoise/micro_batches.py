"""Frames through a network a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor


def in_micro_batches(function: Callable[..., Tensor], size: int, *inputs: Tensor) -> Iterator[Tensor]:
    """Calls `function` with `size` frames of every input at a time; the frames are the first dimension of each.

    The last batch is filled up with its last frame and the surplus dropped: a batch of another size may round
    differently, and then a frame would depend on how many are painted with it.
    """
    frames = len(inputs[0])
    for start in range(0, frames, size):
        indices = torch.arange(start, start + size).clamp(max=frames - 1)
        yield function(*(item[indices.to(item.device)] for item in inputs))[: frames - start]
