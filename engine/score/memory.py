"""Keeps freed memory from piling up."""

from __future__ import annotations

import ctypes

M_ARENA_MAX = -8
"""From glibc's malloc.h."""


def share_one_heap() -> None:
    """Has all threads allocate from one heap, where the C library is glibc; does nothing elsewhere.

    With a heap for each thread, what the arrays of a frame leave free in one is of no use to the others: a fifth more
    memory. To be called before there are threads.
    """
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
    except (AttributeError, OSError, TypeError):  # another C library, or a system without one to name
        return
