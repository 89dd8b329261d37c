"""LoRAs, merged into the weights of UNet and text encoder by diffusers' own loaders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from diffusers import UNet2DConditionModel
from diffusers.loaders import StableDiffusionLoraLoaderMixin
from diffusers.loaders.lora_base import fuse_text_encoder_lora
from diffusers.utils import recurse_remove_peft_layers
from transformers import CLIPTextModel

from engine.contract.errors import ModelInvalid, WeightsMissing
from engine.contract.job import Lora
from models.weights import check_safetensors, refuse_pickles


def fuse_loras(unet: UNet2DConditionModel, text_encoder: CLIPTextModel, loras: Sequence[Lora]) -> None:
    """Adds each LoRA, times its scale, to the weights in place; afterwards the networks are plain again.

    Raises ModelInvalid for a LoRA that is damaged or made for another architecture, WeightsMissing where there is none.
    """
    for lora in loras:
        _attach(Path(lora.path), unet, text_encoder)
        unet.fuse_lora(lora.scale)
        fuse_text_encoder_lora(text_encoder, lora.scale)
        _detach(unet, text_encoder)


def _attach(path: Path, unet: UNet2DConditionModel, text_encoder: CLIPTextModel) -> None:
    """Loads a LoRA beside the weights it changes."""
    _check_file(path)
    loader = StableDiffusionLoraLoaderMixin
    try:
        tensors, alphas = loader.lora_state_dict(path, local_files_only=True, unet_config=unet.config)
        loader.load_lora_into_unet(tensors, alphas, unet)
        loader.load_lora_into_text_encoder(tensors, alphas, text_encoder)
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        raise _unfit(path, " ".join(str(error).split("\n")[:2])) from error
    # The loader leaves out what it finds no place for, and fills what a file lacks with zeros.
    attached = sum(".lora_" in name for network in (unet, text_encoder) for name in network.state_dict())
    if attached != len(tensors):
        raise _unfit(path, f"the file holds {len(tensors)} tensors, the networks take {attached}")


def _detach(unet: UNet2DConditionModel, text_encoder: CLIPTextModel) -> None:
    for network in (unet, text_encoder):
        recurse_remove_peft_layers(network)
        if hasattr(network, "peft_config"):
            del network.peft_config
        network._hf_peft_config_loaded = False


def _check_file(path: Path) -> None:
    refuse_pickles([path])
    if not path.is_file():
        raise WeightsMissing(f"there is no LoRA at {path}", "check the path: it is a .safetensors file")
    check_safetensors(path)


def _unfit(path: Path, reason: str) -> ModelInvalid:
    return ModelInvalid(
        f"the LoRA {path} does not fit the model: {reason}", "use a LoRA that was trained for Stable Diffusion 1.5"
    )
