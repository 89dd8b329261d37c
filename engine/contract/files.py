"""Files that are whole or not there: written under a temporary name in the same folder, flushed, then renamed."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import OutputUnwritable


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` with the same suffix; it takes the final name when the block ends well.

    Raises OutputUnwritable for whatever the operating system refuses (no permission, read-only, disk full).
    """
    with writable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
        os.close(descriptor)
        temporary = Path(name)
        try:
            yield temporary
            _flush(temporary)
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()


def make_folder(path: Path) -> None:
    """Makes a folder and those above it, where they are not there yet. Raises OutputUnwritable."""
    with writable(path):
        path.mkdir(parents=True, exist_ok=True)


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turns the operating system's refusal to write `path` into an error for people."""
    try:
        yield
    except OSError as error:
        raise OutputUnwritable(
            f"cannot write {path}: {(error.strerror or str(error)).lower()}",
            "free some space or choose another --out folder, then run the same command again: finished frames are kept",
        ) from error


def write_text(path: Path, text: str) -> None:
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """The value in a JSON file. Raises FileNotFoundError, or ValueError where it is not JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
