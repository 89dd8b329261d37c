"""The same weights, latents and settings give what diffusers' own pipeline gives."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    StableDiffusionControlNetPipeline,
    UniPCMultistepScheduler,
)

from engine.contract.job import Settings
from engine.denoise.denoiser import Denoiser
from engine.methods.chunk import Chunk
from engine.methods.per_frame import PerFrame
from models.loading import Checkpoint

THEIRS = {
    "ddim": DDIMScheduler.from_config,
    "dpm++2m": DPMSolverMultistepScheduler.from_config,
    "unipc": UniPCMultistepScheduler.from_config,
    "euler": EulerDiscreteScheduler.from_config,
    "ddim-trailing": partial(DDIMScheduler.from_config, timestep_spacing="trailing"),
}
PROMPT, NEGATIVE = "a rusty robot in a desert", "ugly, blurry"
HEIGHT, WIDTH = 40, 64
GENERATOR = torch.Generator().manual_seed(5)
HINTS = torch.rand(2, 1, HEIGHT, WIDTH, generator=GENERATOR).expand(-1, 3, -1, -1)
LATENTS = torch.randn(2, 4, HEIGHT // 8, WIDTH // 8, generator=GENERATOR)


def pipeline(checkpoint: Checkpoint, scheduler: str) -> StableDiffusionControlNetPipeline:
    made = StableDiffusionControlNetPipeline(
        vae=checkpoint.vae,
        text_encoder=checkpoint.text_encoder,
        tokenizer=checkpoint.tokenizer,
        unet=checkpoint.unet,
        controlnet=checkpoint.controlnet,
        scheduler=THEIRS[scheduler](checkpoint.scheduler_config),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    made.set_progress_bar_config(disable=True)
    return made


def by_diffusers(checkpoint: Checkpoint, settings: Settings, negative_prompt: str) -> tuple[torch.Tensor, np.ndarray]:
    """The last latents, and the pictures."""
    latents: list[torch.Tensor] = []

    def keep(pipe: object, step: int, timestep: int, at_step: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        latents.append(at_step["latents"])
        return at_step

    result = pipeline(checkpoint, settings.scheduler)(
        prompt=[PROMPT] * 2,
        negative_prompt=[negative_prompt] * 2,
        image=HINTS,
        latents=LATENTS,
        num_inference_steps=settings.num_inference_steps,
        guidance_scale=settings.guidance_scale,
        controlnet_conditioning_scale=settings.controlnet_conditioning_scale,
        callback_on_step_end=keep,
        output_type="np",
    )
    return latents[-1], result.images


@pytest.mark.parametrize("scheduler", THEIRS)
@pytest.mark.parametrize(
    ("guidance_scale", "negative_prompt", "controlnet_scale"), [(7.5, NEGATIVE, 1.0), (3.0, "", 0.6), (1.0, "", 1.0)]
)
def test_latents_and_pictures_equal_those_of_the_pipeline(
    checkpoint: Checkpoint, scheduler: str, guidance_scale: float, negative_prompt: str, controlnet_scale: float
) -> None:
    settings = Settings(
        num_inference_steps=4,
        guidance_scale=guidance_scale,
        controlnet_conditioning_scale=controlnet_scale,
        scheduler=scheduler,
    )
    method = PerFrame(Denoiser(checkpoint, PROMPT, negative_prompt, settings, micro_batch=len(HINTS)))
    latents = method.sample(Chunk(range(len(HINTS)), HINTS, LATENTS))
    expected_latents, expected_pictures = by_diffusers(checkpoint, settings, negative_prompt)
    torch.testing.assert_close(latents, expected_latents, rtol=0, atol=1e-5)
    pictures = torch.stack(list(method.denoiser.decode(latents)))
    np.testing.assert_allclose(pictures.numpy(), expected_pictures, rtol=0, atol=1e-5)
