"""Do the parts of a model belong together? Told from their configurations, before any weights are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.contract.errors import ModelInvalid, UsageError

HINT = "use Stable Diffusion 1.5 or a model fine-tuned from it, with a ControlNet for depth made for it"

SCALING_FACTOR = 0.18215
"""Of the latents of Stable Diffusion 1.x, which the configurations of their VAEs do not always say."""


def check_base(source: Path, unet: dict[str, Any], vae: dict[str, Any], text_encoder: dict[str, Any]) -> None:
    """Raises ModelInvalid unless the three configurations are of one Stable Diffusion 1.x model."""
    _expect(source, "the UNet's class", unet.get("_class_name"), "UNet2DConditionModel")
    _expect(source, "the VAE's class", vae.get("_class_name"), "AutoencoderKL")
    _expect(source, "the text encoder's class", (text_encoder.get("architectures") or [None])[0], "CLIPTextModel")
    _expect(source, "the UNet's in_channels", unet.get("in_channels", 4), 4)
    _expect(source, "the VAE's latent_channels", vae.get("latent_channels", 4), 4)
    _expect(source, "the UNet's addition_embed_type", unet.get("addition_embed_type"), None)
    width = text_encoder.get("hidden_size", 512)
    _expect(source, "the UNet's cross_attention_dim", unet.get("cross_attention_dim"), width)


def check_controlnet(source: Path, controlnet: dict[str, Any], unet: dict[str, Any]) -> None:
    """Raises ModelInvalid unless the ControlNet's outputs can be added to the UNet's blocks."""
    _expect(source, "the class", controlnet.get("_class_name"), "ControlNetModel")
    _expect(source, "conditioning_channels", controlnet.get("conditioning_channels", 3), 3)
    for name in ("in_channels", "cross_attention_dim", "block_out_channels", "layers_per_block", "down_block_types"):
        _expect(source, name, _plain(controlnet.get(name)), _plain(unet.get(name)))


def check_vae(source: Path, vae: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Raises ModelInvalid unless the VAE can decode what the other one encodes, as far as configurations tell."""
    if vae.get("_class_name") != "AutoencoderTiny":  # which takes latents as they are, whatever their scale
        _expect(source, "the class", vae.get("_class_name"), "AutoencoderKL")
        _expect(
            source,
            "scaling_factor",
            vae.get("scaling_factor", SCALING_FACTOR),
            other.get("scaling_factor", SCALING_FACTOR),
        )
    _expect(source, "latent_channels", vae.get("latent_channels", 4), other.get("latent_channels", 4))
    _expect(source, "the side of a latent in pixels", vae_scale_factor(vae), vae_scale_factor(other))


def check_hint_scale(source: Path, controlnet: Mapping[str, Any], vae: Mapping[str, Any]) -> None:
    """Raises ModelInvalid unless the ControlNet shrinks its hint to the size of the VAE's latents."""
    found = 2 ** (len(controlnet["conditioning_embedding_out_channels"]) - 1)
    _expect(source, "the factor by which the hint is shrunk", found, vae_scale_factor(vae))


def vae_scale_factor(vae: Mapping[str, Any]) -> int:
    """How many pixels a latent stands for along one side."""
    widths = vae.get("decoder_block_out_channels", vae.get("block_out_channels", (64,)))
    return vae.get("upsampling_scaling_factor", 2) ** (len(widths) - 1)


def check_size(width: int, height: int, scale_factor: int) -> None:
    """Raises UsageError where a picture of this size has no whole number of latents; names the sizes around it."""
    if width % scale_factor == 0 and height % scale_factor == 0:
        return
    smaller = [max(side // scale_factor, 1) * scale_factor for side in (width, height)]
    larger = [-(-side // scale_factor) * scale_factor for side in (width, height)]
    raise UsageError(
        f"the model paints multiples of {scale_factor} pixels both ways, and {width}x{height} is none",
        "use --resolution {}x{} or {}x{}".format(*smaller, *larger),
    )


def check_tokenizer(source: Path, tokens: int, vocab_size: int) -> None:
    """Raises ModelInvalid where a prompt could get a token that the text encoder has no embedding for."""
    if tokens > vocab_size:
        raise ModelInvalid(f"{source} has {tokens} tokens, more than the {vocab_size} of the text encoder", HINT)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _expect(source: Path, what: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise ModelInvalid(f"{source} is of another architecture: {what} is {found}, not {expected}", HINT)
