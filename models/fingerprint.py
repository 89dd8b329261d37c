"""What a model is, in one number: the same weights give the same fingerprint wherever they lie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from engine.contract.errors import WeightsMissing
from engine.contract.hashing import file_hash
from models.weights import find_weights

COMPONENTS = ("", "controlnet", "text_encoder", "unet", "vae")  # "": the folder may be one component itself
SMALL_FILES = ("vocab.json", "merges.txt", "scheduler/*.json", "tokenizer/*.json", "tokenizer/*.txt")


def fingerprint(*paths: Path) -> str:
    """SHA-256, in hexadecimal, over what is loaded from these model folders and files, in this order.

    Names inside a folder and contents count; places, times and weights that are never loaded (pickles, other variants)
    do not. A path inside an earlier one adds nothing. Raises ModelInvalid or WeightsMissing where a component has no
    weights that can be loaded.
    """
    total = hashlib.sha256()
    seen: set[Path] = set()
    for path in paths:
        for name, file in _loaded_files(path):
            if file.resolve() not in seen:
                seen.add(file.resolve())
                total.update(f"{name}\0{file_hash(file)}\n".encode())
    return total.hexdigest()


def _loaded_files(path: Path) -> Iterator[tuple[str, Path]]:
    """The name inside the model, and the path, of every file that loading it reads."""
    if not path.exists():
        raise WeightsMissing(f"there is no model at {path}", "check the path")
    if path.is_file():
        yield "", path
        return
    for file in sorted({file for pattern in SMALL_FILES for file in path.glob(pattern)}):
        yield file.relative_to(path).as_posix(), file
    for component in COMPONENTS:
        config = path / component / "config.json"
        if config.is_file():
            for file in (config, *find_weights(config.parent).files):
                yield file.relative_to(path).as_posix(), file
