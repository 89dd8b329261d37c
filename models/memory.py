"""Running out of memory, told as an error for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.contract.errors import OutOfMemory

# CUDA raises torch.OutOfMemoryError; the CPU's and Apple's allocators raise a plain RuntimeError with these words.
ALLOCATOR_WORDS = ("out of memory", "not enough memory", "can't allocate memory")


@contextmanager
def explained_out_of_memory(hint: str) -> Iterator[None]:
    """Raises OutOfMemory with `hint` where the block runs out of memory, on any device."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not _is_out_of_memory(error):
            raise
        raise OutOfMemory("the device ran out of memory", hint) from error


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return any(words in str(error).lower() for words in ALLOCATOR_WORDS)
