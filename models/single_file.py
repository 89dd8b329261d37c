"""Single `.safetensors` files in the layout of the original Stable Diffusion and ControlNet releases.

diffusers knows how their tensors are called; the configurations stand in `models/sd15`, so that nothing is downloaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from accelerate import init_empty_weights
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from diffusers.loaders.single_file_utils import (
    LDM_CONTROLNET_KEY,
    LDM_UNET_KEY,
    convert_controlnet_checkpoint,
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
    infer_diffusers_model_type,
)
from safetensors.torch import load_file
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from engine.contract.errors import ModelInvalid
from models.architecture import HINT, check_controlnet
from models.networks import BaseNetworks
from models.tensors import check_tensors, compare_tensors
from models.weights import check_safetensors, read_config

CONFIGS = Path(__file__).parent / "sd15"

# Some files keep these of the text encoder's larger self; nothing here uses them.
UNUSED_OF_TEXT_ENCODER = ("embeddings.position_ids", "text_projection", "text_projection.weight", "logit_scale")

Tensors = dict[str, Tensor]
Network = TypeVar("Network", AutoencoderKL, ControlNetModel, UNet2DConditionModel, CLIPTextModel)


def check_base_file(path: Path) -> None:
    """Raises ModelInvalid unless the file's tensors are named like those of Stable Diffusion 1.x."""
    _read(path, model_type="v1")


def load_base_file(path: Path, configs: Path = CONFIGS) -> BaseNetworks:
    """UNet, VAE and text encoder from one file. Raises ModelInvalid where a tensor is missing or of another shape."""
    tensors = _read(path, model_type="v1")
    return BaseNetworks(
        unet=_unet(path, tensors, configs / "unet"),
        vae=_vae(path, tensors, configs / "vae"),
        text_encoder=_text_encoder(path, tensors, configs / "text_encoder"),
        scheduler_config=read_config(configs / "scheduler" / "scheduler_config.json"),
    )


def load_controlnet_file(path: Path, unet: UNet2DConditionModel, configs: Path = CONFIGS) -> ControlNetModel:
    """A ControlNet that fits `unet` from one file, in its original layout or that of diffusers."""
    config = read_config(configs / "controlnet" / "config.json")
    check_controlnet(path, config, dict(unet.config))
    tensors = _read(path, model_type="controlnet")
    converted = convert_controlnet_checkpoint(tensors, config)
    converted = {name: tensor for name, tensor in converted.items() if tensor is not None}
    _check_all_used(path, tensors, converted, LDM_CONTROLNET_KEY)
    with init_empty_weights():
        controlnet = ControlNetModel.from_config(config)
    return _filled(controlnet, converted, path)


def _unet(path: Path, tensors: Tensors, config_folder: Path) -> UNet2DConditionModel:
    config = read_config(config_folder / "config.json")
    converted = convert_ldm_unet_checkpoint(tensors, config)
    _check_all_used(path, tensors, converted, LDM_UNET_KEY)
    with init_empty_weights():
        unet = UNet2DConditionModel.from_config(config)
    return _filled(unet, converted, path)


def _vae(path: Path, tensors: Tensors, config_folder: Path) -> AutoencoderKL:
    config = read_config(config_folder / "config.json")
    with init_empty_weights():
        vae = AutoencoderKL.from_config(config)
    return _filled(vae, convert_ldm_vae_checkpoint(tensors, config), path)


def _text_encoder(path: Path, tensors: Tensors, config_folder: Path) -> CLIPTextModel:
    with init_empty_weights():
        text_encoder = CLIPTextModel(CLIPTextConfig.from_pretrained(config_folder, local_files_only=True))
    bare = {name.removeprefix("text_model."): tensor for name, tensor in convert_ldm_clip_checkpoint(tensors).items()}
    prefix = "text_model." if hasattr(text_encoder, "text_model") else ""  # transformers before 5.6
    wanted = {f"{prefix}{name}": tensor for name, tensor in bare.items() if name not in UNUSED_OF_TEXT_ENCODER}
    return _filled(text_encoder, wanted, path)


def _read(path: Path, model_type: str) -> Tensors:
    check_safetensors(path)
    tensors = load_file(path)
    try:
        found = infer_diffusers_model_type(tensors)
    except (KeyError, ValueError, IndexError) as error:
        raise ModelInvalid(f"{path} is of an unknown architecture", HINT) from error
    if found != model_type:
        raise ModelInvalid(f"{path} is of another architecture: it looks like {found}, not {model_type}", HINT)
    return tensors


def _check_all_used(path: Path, tensors: Tensors, converted: Tensors, prefix: str) -> None:
    """The conversion passes over names it does not know: a network with more layers would seem to fit."""
    used = {tensor.data_ptr() for tensor in converted.values()}
    left_over = (name for name, tensor in tensors.items() if name.startswith(prefix) and tensor.data_ptr() not in used)
    check_tensors(path, missing=(), unexpected=left_over, mismatched=())


def _filled(network: Network, tensors: Tensors, path: Path) -> Network:
    """`network`, made without memory for its weights, with `tensors` as its weights."""
    compare_tensors(path, found=tensors, expected=network.state_dict())
    network.load_state_dict(tensors, assign=True)
    return network.eval()
