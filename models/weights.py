"""Where a component's weights lie on the disk, and whether they are whole. Only safetensors are read."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from engine.contract.errors import ModelInvalid, WeightsMissing

PICKLES = (".ckpt", ".bin", ".pt", ".pth")


@dataclass(frozen=True)
class Weights:
    """The safetensors files of one component, and the variant (`fp16`) in their names, if any."""

    files: tuple[Path, ...]
    variant: str | None = None


def find_weights(folder: Path) -> Weights:
    """The weights in a component's folder, whole or in shards, full precision before `fp16`.

    Raises ModelInvalid where there are only pickles or a shard is missing, WeightsMissing where there are none.
    """
    for stem in ("diffusion_pytorch_model", "model"):
        for variant, infix in ((None, ""), ("fp16", ".fp16")):
            whole = folder / f"{stem}{infix}.safetensors"
            if whole.is_file():
                return Weights((whole,), variant)
            index = folder / f"{stem}.safetensors.index{infix}.json"
            if index.is_file():
                return Weights(_shards(index), variant)
    refuse_pickles(folder.iterdir() if folder.is_dir() else ())
    raise WeightsMissing(
        f"{folder} holds no weights (diffusion_pytorch_model.safetensors or model.safetensors)",
        "copy the model's whole folder, with the large files",
    )


def refuse_pickles(paths: Iterable[Path]) -> None:
    """Raises ModelInvalid at the first pickle: loading one runs whatever program is hidden in it."""
    for path in sorted(paths):
        if path.suffix.lower() in PICKLES:
            raise ModelInvalid(
                f"{path} is a pickle checkpoint, which can run any program when it is loaded",
                f"convert it once: {_conversion(path)}",
            )


def check_safetensors(path: Path) -> None:
    """Raises ModelInvalid for a file that is truncated, damaged or no safetensors at all; reads its header only."""
    try:
        with safe_open(path, framework="pt"):
            pass
    except (SafetensorError, OSError) as error:
        raise ModelInvalid(
            f"{path} is damaged or no safetensors file: {error}",
            "copy or download it again, and compare its size (a file of some hundred bytes is a git-lfs pointer)",
        ) from error


def read_config(path: Path) -> dict[str, Any]:
    """A component's configuration. Raises ModelInvalid where it is missing or no JSON object."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelInvalid(f"{path} is missing", "give a folder in diffusers layout: unet/, vae/, …") from error
    except (OSError, ValueError) as error:
        raise ModelInvalid(f"{path} cannot be read: {error}", "copy or download it again") from error
    if not isinstance(config, dict):
        raise ModelInvalid(f"{path} is no JSON object", "copy or download it again")
    return config


def _conversion(pickle: Path) -> str:
    """A command that rewrites a pickle as safetensors under the name diffusers looks for, and runs nothing in it."""
    stem = "model" if pickle.stem == "pytorch_model" else pickle.stem
    return (
        f'{sys.executable} -c "import torch, safetensors.torch as s; '
        f"t = torch.load(r'{pickle}', map_location='cpu', weights_only=True); t = t.get('state_dict', t); "
        "s.save_file({n: x.clone().contiguous() for n, x in t.items() if torch.is_tensor(x)}, "
        f"r'{pickle.with_name(stem + '.safetensors')}', {{'format': 'pt'}})\""
    )


def _shards(index: Path) -> tuple[Path, ...]:
    weight_map = read_config(index).get("weight_map")
    if not isinstance(weight_map, dict):
        raise ModelInvalid(f'{index} has no "weight_map"', "copy or download it again")
    shards = tuple(index.parent / name for name in sorted(set(weight_map.values())))
    for shard in shards:
        if not shard.is_file():
            raise ModelInvalid(f"{shard} is missing, though {index.name} names it", "copy or download it again")
    return shards
