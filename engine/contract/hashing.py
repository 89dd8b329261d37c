"""Content hashes: what a finished frame was made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

ALGORITHM_VERSION = 3
"""Raise it when the same inputs give other pixels: every frame is then painted again."""


def content_hash(*parts: Any) -> str:
    """SHA-256 of JSON values and numpy arrays, in order: 64 hexadecimal digits, the same on every machine."""
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            header = f"{part.dtype.str}{part.shape}".encode()
            sha.update(header)
            sha.update(np.ascontiguousarray(part).tobytes())
        else:
            sha.update(json.dumps(part, sort_keys=True, ensure_ascii=True).encode())
        sha.update(b"\0")
    return sha.hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
