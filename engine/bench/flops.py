"""What a frame costs in Stable Diffusion 1.5, counted on tensors without content: no weights and no time needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from engine.denoise.surface_attention import Extraction, Injection, SurfaceAttention, install_surface_attention
from engine.home import ROOT

HALVES = 2
"""Of classifier-free guidance."""
LATENT = 64
"""Pixels of a latent of 512x512, along one side."""
TOKENS, CHANNELS = 77, 768
SD15 = ROOT / "models" / "sd15"


@dataclass(frozen=True)
class StepCost:
    """FLOPs of one step."""

    plain: int
    """Of a frame by itself."""
    extraction: int
    """Of all keyframes together."""
    injection: int
    """Of a frame that shares in what they computed."""

    def per_frame(self, frames: int, chunk: int) -> float:
        """Of a clip, the keyframe pass included."""
        chunks = -(-frames // chunk)
        return (frames * self.injection + (chunks + 1) * self.extraction) / frames

    def ratio(self, frames: int, chunk: int) -> float:
        """Against frames by themselves."""
        return self.per_frame(frames, chunk) / self.plain


def count_step(keyframes: int, layers: str = "up", token_stride: int = 2) -> StepCost:
    """For pictures of 512x512 with guidance."""
    networks = _Networks()
    extraction = Extraction(HALVES, [_unify] * 4, layers, mean_weight=0.5, width=LATENT, token_stride=token_stride)
    extracted = networks.count(keyframes, extraction)
    rows = [torch.zeros(1, (LATENT >> level) ** 2, dtype=torch.int32, device="meta") for level in range(4)]
    injected = networks.count(1, Injection(HALVES, extraction.features, rows, pre_attention=True, alpha=0.7))
    return StepCost(networks.count(1, None), extracted, injected)


def _unify(O: Tensor, mean_weight: float) -> Tensor:  # noqa: E741
    """As many rows as the tokens of all keyframes: more there cannot be."""
    return torch.empty_like(O)


class _Networks:
    def __init__(self) -> None:
        with torch.device("meta"):
            self.unet = UNet2DConditionModel.from_config(_config("unet"))
            self.controlnet = ControlNetModel.from_config(_config("controlnet"))
        install_surface_attention(self.unet)

    @torch.inference_mode()
    def count(self, frames: int, surface_attention: SurfaceAttention | None) -> int:
        samples = HALVES * frames
        latents = torch.empty(samples, 4, LATENT, LATENT, device="meta")
        prompt_embeds = torch.empty(samples, TOKENS, CHANNELS, device="meta")
        hints = torch.empty(samples, 3, 8 * LATENT, 8 * LATENT, device="meta")
        timestep = torch.empty(samples, device="meta")
        with FlopCounterMode(display=False) as counter:
            down, mid = self.controlnet(latents, timestep, prompt_embeds, hints, return_dict=False)
            self.unet(
                latents,
                timestep,
                prompt_embeds,
                cross_attention_kwargs={"surface_attention": surface_attention},
                down_block_additional_residuals=down,
                mid_block_additional_residual=mid,
            )
        return counter.get_total_flops()


def _config(network: str) -> Mapping[str, Any]:
    return json.loads((SD15 / network / "config.json").read_text(encoding="utf-8"))
