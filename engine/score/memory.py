"""Keeps freed memory from piling up."""

from __future__ import annotations

import ctypes

M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
"""From glibc's malloc.h."""
LARGE = 1 << 24
"""Bytes."""


def share_one_heap() -> None:
    """Has all threads allocate from one heap, where the C library is glibc, and gives large arrays back to the system
    as soon as they are freed; does nothing elsewhere.

    With a heap for each thread, what the arrays of a frame leave free in one is of no use to the others: a fifth more
    memory. To be called before there are threads.
    """
    try:
        library = ctypes.CDLL(None)
        library.mallopt(M_ARENA_MAX, 1)
        library.mallopt(M_MMAP_THRESHOLD, LARGE)
    except (AttributeError, OSError, TypeError):  # another C library, or a system without one to name
        return
