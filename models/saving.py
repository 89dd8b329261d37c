"""Writes networks in diffusers layout, the same bytes on every machine and with every version of the libraries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers import ConfigMixin, ModelMixin
from huggingface_hub import split_torch_state_dict_into_shards
from safetensors.torch import save_file
from torch import Tensor
from transformers import CLIPTextModel


def save_network(
    network: ModelMixin, folder: Path, dtype: torch.dtype = torch.float32, max_shard_size: int | str = "5GB"
) -> None:
    _save_tensors(network.state_dict(), folder, "diffusion_pytorch_model", dtype, max_shard_size)
    write_json(folder / "config.json", plain_config(network))


def save_text_encoder(text_encoder: CLIPTextModel, folder: Path, dtype: torch.dtype = torch.float32) -> None:
    # Published text encoders name their tensors with this prefix, whatever the version of transformers.
    tensors = {f"text_model.{name.removeprefix('text_model.')}": t for name, t in text_encoder.state_dict().items()}
    _save_tensors(tensors, folder, "model", dtype)
    config = text_encoder.config.to_diff_dict()
    config.pop("transformers_version", None)
    write_json(folder / "config.json", {"architectures": ["CLIPTextModel"], **config})


def plain_config(configured: ConfigMixin) -> dict[str, Any]:
    """The configuration of a network or scheduler without the version of diffusers, which differs between machines."""
    config = {name: value for name, value in configured.config.items() if not name.startswith("_")}
    return {"_class_name": type(configured).__name__, **config}


def stable_diffusion_index(scheduler: str) -> dict[str, Any]:
    """`model_index.json` of Stable Diffusion 1.5 with a ControlNet, for diffusers' own pipelines."""
    return {
        "_class_name": "StableDiffusionControlNetPipeline",
        "controlnet": ["diffusers", "ControlNetModel"],
        "feature_extractor": [None, None],
        "image_encoder": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", scheduler],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _save_tensors(
    tensors: Mapping[str, Tensor], folder: Path, stem: str, dtype: torch.dtype, max_shard_size: int | str = "5GB"
) -> None:
    """One file, or several with an index where it would be larger than `max_shard_size`."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = {name: _as_saved(tensor, dtype) for name, tensor in tensors.items()}
    pattern = f"{stem}{{suffix}}.safetensors"
    split = split_torch_state_dict_into_shards(saved, filename_pattern=pattern, max_shard_size=max_shard_size)
    for file_name, names in split.filename_to_tensors.items():
        save_file({name: saved[name] for name in names}, folder / file_name, metadata={"format": "pt"})
    if split.is_sharded:
        index = {"metadata": split.metadata, "weight_map": split.tensor_to_filename}
        write_json(folder / f"{stem}.safetensors.index.json", index)


def _as_saved(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """In the wanted precision, but for whole numbers, and in the plain order of its dimensions."""
    return tensor.to(dtype if tensor.is_floating_point() else tensor.dtype).contiguous()
