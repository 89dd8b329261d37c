"""Sample sheets: what the networks make of held-out looks, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import StableDiffusionControlNetPipeline
from PIL import Image
from torch import Tensor

from engine.contract.files import atomic
from models.loading import Checkpoint
from models.preview.train.networks import make_scheduler

STEPS = 20
GUIDANCE_SCALE = 2.5


def save_sheet(path: Path, rows: Sequence[Tensor]) -> None:
    """Writes rows of pictures, each (pictures, 3, size, size) in [0, 1], as one PNG."""
    sheet = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1).movedim(0, -1)
    with atomic(path) as temporary:
        Image.fromarray((sheet.clamp(0, 1) * 255).round().byte().cpu().numpy()).save(temporary)


def generate(checkpoint: Checkpoint, hints: Tensor, prompts: Sequence[str], seed: int = 0) -> Tensor:
    """Paints (pictures, 3, size, size) in [0, 1] into the hints, (pictures, size, size), with DDIM."""
    pipeline = StableDiffusionControlNetPipeline(
        vae=checkpoint.vae,
        text_encoder=checkpoint.text_encoder,
        tokenizer=checkpoint.tokenizer,
        unet=checkpoint.unet,
        controlnet=checkpoint.controlnet,
        scheduler=make_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    with torch.autocast(hints.device.type, torch.bfloat16):
        return pipeline(
            prompt=list(prompts),
            image=hints[:, None].expand(-1, 3, -1, -1),
            num_inference_steps=STEPS,
            guidance_scale=GUIDANCE_SCALE,
            generator=torch.Generator().manual_seed(seed),
            output_type="pt",
        ).images.float()
