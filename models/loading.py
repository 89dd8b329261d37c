"""Loads a Stable Diffusion 1.5 checkpoint with its ControlNet, and refuses whatever is not whole or does not fit.

diffusers fills tensors that a file lacks with random numbers, so every network is checked tensor by tensor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, ControlNetModel, ModelMixin, UNet2DConditionModel
from diffusers.utils import logging as diffusers_logging
from transformers import CLIPTextModel, CLIPTokenizer
from transformers.utils import logging as transformers_logging

from engine.contract.job import Lora
from models.architecture import check_hint_scale, check_tokenizer, vae_scale_factor
from models.lora import fuse_loras
from models.memory import explained_out_of_memory
from models.networks import BaseNetworks, load_base_folder, load_controlnet_folder, load_vae_folder
from models.single_file import load_base_file, load_controlnet_file
from models.sources import find_sources
from models.vocabulary import load_tokenizer, read_known_words

# Convolutions in half precision are much faster there with the channels last. On two CPU cores that gains 2 % (preview:
# 0.149 s a prediction against 0.153 s), too little for frames to change.
CHANNELS_LAST_DEVICES = ("cuda",)

Convolutional = TypeVar("Convolutional", bound=ModelMixin)


@dataclass(frozen=True)
class Checkpoint:
    """The networks of one model on one device, ready to use, and what its schedulers need to know."""

    vae: AutoencoderKL | AutoencoderTiny
    unet: UNet2DConditionModel
    controlnet: ControlNetModel
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    scheduler_config: Mapping[str, Any]
    known_words: frozenset[str] | None = None
    """The only words the text encoder was trained with; None where it was trained with all of a language."""

    @property
    def device(self) -> torch.device:
        return self.unet.device

    @property
    def dtype(self) -> torch.dtype:
        """What latents are computed in; the VAE may keep more precision."""
        return self.unet.dtype

    @property
    def vae_scale_factor(self) -> int:
        """How many pixels a latent stands for along one side."""
        return vae_scale_factor(self.vae.config)

    @property
    def strides(self) -> list[int]:
        """How many output pixels a pixel of the UNet's layers stands for along one side, by level."""
        levels = len(self.unet.config["block_out_channels"])
        return [self.vae_scale_factor << level for level in range(levels)]


def load_checkpoint(
    model: Path,
    controlnet: Path | None = None,
    loras: Sequence[Lora] = (),
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
    home: Path | None = None,
    vae: Path | None = None,
) -> Checkpoint:
    """Loads a diffusers folder or a single `.safetensors` file, with LoRAs merged into the weights.

    `controlnet` is a folder or a file; without it the model's own `controlnet/` is taken. `home` is OVERPAINT_HOME,
    where what a single file lacks may lie. `vae` is the folder of another VAE for the same latents. Nothing is
    downloaded. Raises ModelInvalid for damaged files, pickles and other architectures, WeightsMissing for what is not
    on this machine, OutOfMemory.
    """
    sources = find_sources(model, controlnet, home, vae)
    with _quiet_libraries(), explained_out_of_memory("try --dtype float16, or a device with more memory"):
        tokenizer = load_tokenizer(sources.tokenizer)
        base = load_base_file(sources.base) if sources.base.is_file() else load_base_folder(sources.base)
        check_tokenizer(sources.tokenizer, len(tokenizer), base.text_encoder.config.vocab_size)
        fuse_loras(base.unet, base.text_encoder, loras)
        decoder = load_vae_folder(sources.vae) if sources.vae else base.vae
        return Checkpoint(
            vae=_placed(decoder, device, _vae_dtype(decoder, dtype)),
            unet=_placed(base.unet, device, dtype),
            controlnet=_placed(_load_controlnet(sources.controlnet, base), device, dtype),
            text_encoder=base.text_encoder.to(device, dtype),
            tokenizer=tokenizer,
            scheduler_config=base.scheduler_config,
            known_words=read_known_words(sources.tokenizer),
        )


def _load_controlnet(source: Path, base: BaseNetworks) -> ControlNetModel:
    load = load_controlnet_file if source.is_file() else load_controlnet_folder
    controlnet = load(source, base.unet)
    check_hint_scale(source, controlnet.config, base.vae.config)
    return controlnet


def _placed(network: Convolutional, device: torch.device | str, dtype: torch.dtype) -> Convolutional:
    is_channels_last = torch.device(device).type in CHANNELS_LAST_DEVICES
    return network.to(device, dtype, memory_format=torch.channels_last if is_channels_last else torch.preserve_format)


def _vae_dtype(vae: AutoencoderKL | AutoencoderTiny, dtype: torch.dtype) -> torch.dtype:
    """Float16 overflows in the decoder of many VAEs: their pictures turn black."""
    return torch.float32 if dtype is torch.float16 and vae.config.force_upcast else dtype


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keeps progress bars and load reports off the terminal: what matters in them is raised as an error."""
    levels = diffusers_logging.get_verbosity(), transformers_logging.get_verbosity()
    bars = [library for library in (diffusers_logging, transformers_logging) if library.is_progress_bar_enabled()]
    diffusers_logging.set_verbosity(diffusers_logging.CRITICAL)
    transformers_logging.set_verbosity(transformers_logging.CRITICAL)
    for library in bars:
        library.disable_progress_bar()
    try:
        yield
    finally:
        diffusers_logging.set_verbosity(levels[0])
        transformers_logging.set_verbosity(levels[1])
        for library in bars:
            library.enable_progress_bar()
