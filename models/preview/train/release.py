"""Writes the checkpoint as it is published: a diffusers folder in half precision, in files that any host takes."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL

from models.loading import Checkpoint
from models.preview.train.networks import make_scheduler
from models.saving import plain_config, save_network, save_text_encoder, stable_diffusion_index, write_json

SHARD_BYTES = 15_000_000


def write_checkpoint(checkpoint: Checkpoint, tokenizer: Path, folder: Path) -> None:
    """Replaces `folder` by the whole checkpoint, once it is written, with the tokenizer from its folder."""
    fresh, earlier = (folder.with_name(f"{folder.name}.{suffix}") for suffix in ("new", "earlier"))
    for leftover in (fresh, earlier):
        shutil.rmtree(leftover, ignore_errors=True)
    _write(checkpoint, tokenizer, fresh)
    if folder.exists():
        folder.rename(earlier)
    fresh.rename(folder)
    shutil.rmtree(earlier, ignore_errors=True)


def publish_vae(vae: AutoencoderKL, folder: Path) -> None:
    """Puts another VAE into a whole checkpoint."""
    save_network(vae, folder / "vae", torch.float16, SHARD_BYTES)


def _write(checkpoint: Checkpoint, tokenizer: Path, folder: Path) -> None:
    save_network(checkpoint.unet, folder / "unet", torch.float16, SHARD_BYTES)
    save_network(checkpoint.controlnet, folder / "controlnet", torch.float16, SHARD_BYTES)
    publish_vae(checkpoint.vae, folder)
    save_text_encoder(checkpoint.text_encoder, folder / "text_encoder", torch.float16)
    shutil.copytree(tokenizer, folder / "tokenizer")
    write_json(folder / "scheduler" / "scheduler_config.json", plain_config(make_scheduler()))
    write_json(folder / "model_index.json", stable_diffusion_index("DDIMScheduler"))
