"""The tensors a file holds against those its network has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from torch import Tensor

from engine.contract.errors import ModelInvalid

NAMED = 3  # tensors in a message


def compare_tensors(source: Path, found: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    """Raises ModelInvalid unless both have the same names and shapes."""
    shapes = [(name, found[name].shape, expected[name].shape) for name in found.keys() & expected.keys()]
    check_tensors(
        source,
        missing=expected.keys() - found.keys(),
        unexpected=found.keys() - expected.keys(),
        mismatched=[(name, shape, right) for name, shape, right in shapes if shape != right],
    )


def check_tensors(
    source: Path,
    missing: Iterable[str],
    unexpected: Iterable[str],
    mismatched: Iterable[tuple[str, Iterable[int], Iterable[int]]],  # name, shape found, shape expected
) -> None:
    """Raises ModelInvalid that names the file and its first tensors of the worst kind, where there are any."""
    wrong = {
        "lacks": sorted(missing),
        "has another shape for": [f"{name} {tuple(a)} instead of {tuple(b)}" for name, a, b in sorted(mismatched)],
        "holds what the network has not:": sorted(unexpected),
    }
    for verb, names in wrong.items():
        if names:
            raise ModelInvalid(
                f"{source} {verb} {_listed(names)}",
                "the file is incomplete or of another architecture: copy it again, or use a Stable Diffusion 1.5 model",
            )


def _listed(names: list[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
