"""Rewrites diffusers state dicts with the tensor names of the original releases (the inverse of what we load with)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from torch import Tensor

Tensors = Mapping[str, Tensor]
Rule = tuple[str, str | Callable[[re.Match[str]], str]]

RESNET: list[Rule] = [
    (r"\bnorm1\b", "in_layers.0"),
    (r"\bconv1\b", "in_layers.2"),
    (r"\bnorm2\b", "out_layers.0"),
    (r"\bconv2\b", "out_layers.3"),
    (r"\btime_emb_proj\b", "emb_layers.1"),
    (r"\bconv_shortcut\b", "skip_connection"),
]

DENOISER: list[Rule] = [
    (r"^time_embedding\.linear_1", "time_embed.0"),
    (r"^time_embedding\.linear_2", "time_embed.2"),
    (r"^conv_in", "input_blocks.0.0"),
    (r"^conv_norm_out", "out.0"),
    (r"^conv_out", "out.2"),
    (r"^down_blocks\.(\d)\.resnets\.(\d)", lambda m: f"input_blocks.{3 * int(m[1]) + int(m[2]) + 1}.0"),
    (r"^down_blocks\.(\d)\.attentions\.(\d)", lambda m: f"input_blocks.{3 * int(m[1]) + int(m[2]) + 1}.1"),
    (r"^down_blocks\.(\d)\.downsamplers\.0\.conv", lambda m: f"input_blocks.{3 * int(m[1]) + 3}.0.op"),
    (r"^mid_block\.resnets\.(\d)", lambda m: f"middle_block.{2 * int(m[1])}"),
    (r"^mid_block\.attentions\.0", "middle_block.1"),
    (r"^up_blocks\.(\d)\.resnets\.(\d)", lambda m: f"output_blocks.{3 * int(m[1]) + int(m[2])}.0"),
    (r"^up_blocks\.(\d)\.attentions\.(\d)", lambda m: f"output_blocks.{3 * int(m[1]) + int(m[2])}.1"),
    (r"^up_blocks\.0\.upsamplers\.0", "output_blocks.2.1"),
    (r"^up_blocks\.(\d)\.upsamplers\.0", lambda m: f"output_blocks.{3 * int(m[1]) + 2}.2"),
    (r"^controlnet_down_blocks\.(\d+)", r"zero_convs.\1.0"),
    (r"^controlnet_mid_block", "middle_block_out.0"),
    (r"^controlnet_cond_embedding\.conv_in", "input_hint_block.0"),
    (r"^controlnet_cond_embedding\.blocks\.(\d)", lambda m: f"input_hint_block.{2 * int(m[1]) + 2}"),
    (r"^controlnet_cond_embedding\.conv_out", "input_hint_block.14"),
]

VAE: list[Rule] = [
    (r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}"),
    (r"mid_block\.attentions\.0", "mid.attn_1"),
    (r"group_norm", "norm"),
    (r"to_([qkv])\b", r"\1"),
    (r"to_out\.0", "proj_out"),
    (r"down_blocks\.(\d)\.resnets", r"down.\1.block"),
    (r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample"),
    (r"up_blocks\.(\d)\.resnets", lambda m: f"up.{3 - int(m[1])}.block"),
    (r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{3 - int(m[1])}.upsample"),
    (r"conv_norm_out", "norm_out"),
    (r"conv_shortcut", "nin_shortcut"),
]


def original_base(
    unet: Mapping[str, Tensor], vae: Mapping[str, Tensor], text: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """One state dict with the names of `v1-5-pruned-emaonly.safetensors`."""
    text_names = {f"cond_stage_model.transformer.text_model.{name.removeprefix('text_model.')}": name for name in text}
    return {
        **{f"model.diffusion_model.{_denoiser_name(name)}": tensor for name, tensor in unet.items()},
        **{f"first_stage_model.{_renamed(name, VAE)}": _vae_tensor(name, tensor) for name, tensor in vae.items()},
        **{original: text[name] for original, name in text_names.items()},
    }


def original_controlnet(controlnet: Tensors) -> dict[str, Tensor]:
    """The names of `control_v11f1p_sd15_depth.pth`."""
    return {f"control_model.{_denoiser_name(name)}": tensor for name, tensor in controlnet.items()}


def _denoiser_name(name: str) -> str:
    return _renamed(name, [*RESNET, *DENOISER] if ".resnets." in name else DENOISER)


def _vae_tensor(name: str, tensor: Tensor) -> Tensor:
    """The original attention is made of 1×1 convolutions."""
    is_projection = ".attentions." in name and name.endswith("weight") and "norm" not in name
    return tensor[:, :, None, None] if is_projection else tensor


def _renamed(name: str, rules: Iterable[Rule]) -> str:
    for pattern, replacement in rules:
        name = re.sub(pattern, replacement, name)
    return name
