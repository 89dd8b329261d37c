"""One installation at a time, and one that can be ended."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engine.setup.system import say


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Holds the lock file `path`; whoever else holds it is waited for. A killed holder's lock goes with it."""
    with path.open("a") as file:
        if not take_lock(file):
            say("waiting for another installation to end")
            while not take_lock(file):
                time.sleep(0.2)
        yield


def take_lock(file: IO[str]) -> bool:
    """Whether nobody else holds the lock of the open file, which is now held until it is closed."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


@contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM leaves the block as an exception would, so that no pip outlives its launcher."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
