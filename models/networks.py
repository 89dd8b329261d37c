"""The networks in a diffusers folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from diffusers import AutoencoderKL, AutoencoderTiny, ControlNetModel, UNet2DConditionModel
from transformers import CLIPTextModel

from engine.contract.errors import ModelInvalid
from models.architecture import check_base, check_controlnet
from models.tensors import check_tensors
from models.weights import check_safetensors, find_weights, read_config

Network = TypeVar("Network", AutoencoderKL, AutoencoderTiny, ControlNetModel, UNet2DConditionModel, CLIPTextModel)


@dataclass(frozen=True)
class BaseNetworks:
    """What a Stable Diffusion 1.5 model is made of, without its ControlNet."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    scheduler_config: dict[str, Any]


def load_base_folder(folder: Path) -> BaseNetworks:
    """The base model in a folder of diffusers layout. Raises ModelInvalid or WeightsMissing."""
    unet, vae, text_encoder = (folder / name for name in ("unet", "vae", "text_encoder"))
    check_base(folder, *(read_config(component / "config.json") for component in (unet, vae, text_encoder)))
    return BaseNetworks(
        unet=load_network(UNet2DConditionModel, unet),
        vae=load_network(AutoencoderKL, vae),
        text_encoder=load_network(CLIPTextModel, text_encoder),
        scheduler_config=read_config(folder / "scheduler" / "scheduler_config.json"),
    )


def load_controlnet_folder(folder: Path, unet: UNet2DConditionModel) -> ControlNetModel:
    """A ControlNet that fits `unet`. Raises ModelInvalid or WeightsMissing."""
    check_controlnet(folder, read_config(folder / "config.json"), dict(unet.config))
    return load_network(ControlNetModel, folder)


def load_vae_folder(folder: Path) -> AutoencoderKL | AutoencoderTiny:
    """A VAE, whole or small. Raises ModelInvalid or WeightsMissing."""
    is_tiny = read_config(folder / "config.json").get("_class_name") == "AutoencoderTiny"
    return load_network(AutoencoderTiny if is_tiny else AutoencoderKL, folder)


def load_network(network: type[Network], folder: Path) -> Network:
    """One network from its folder, every tensor of it found in the files and none left over."""
    weights = find_weights(folder)
    for file in weights.files:
        check_safetensors(file)
    try:
        loaded, report = network.from_pretrained(
            folder,
            variant=weights.variant,
            use_safetensors=True,
            local_files_only=True,
            ignore_mismatched_sizes=True,  # they are in the report then, by name
            output_loading_info=True,
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelInvalid(f"{folder} cannot be loaded: {error}", "copy or download it again") from error
    source = weights.files[0] if len(weights.files) == 1 else folder
    check_tensors(source, report["missing_keys"], report["unexpected_keys"], report["mismatched_keys"])
    return loaded
