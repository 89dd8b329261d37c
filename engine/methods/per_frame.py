"""Every frame for itself: Stable Diffusion 1.5 with ControlNet-depth (Zhang et al., arXiv 2302.05543)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.contract.job import Settings
from engine.denoise.guidance import guide, is_guided
from engine.denoise.loop import OnStep, denoise
from engine.denoise.prompt import encode_prompt
from engine.denoise.schedulers import make_scheduler
from models.loading import Checkpoint
from models.memory import explained_out_of_memory


class PerFrame:
    """Paints depth hints, one micro-batch at a time; the same noise and hint give the same frame.

    `cut_prompt` and `cut_negative_prompt` hold what the text encoder had no room for.
    """

    def __init__(self, checkpoint: Checkpoint, prompt: str, negative_prompt: str, settings: Settings) -> None:
        positive, negative = encode_prompt(checkpoint, prompt), encode_prompt(checkpoint, negative_prompt)
        self.checkpoint = checkpoint
        self.settings = settings
        self.prompt_embeds = positive.prompt_embeds
        self.negative_prompt_embeds = negative.prompt_embeds
        self.cut_prompt = positive.cut
        self.cut_negative_prompt = negative.cut if is_guided(settings.guidance_scale) else ""

    @torch.inference_mode()
    def paint(
        self,
        hints: Tensor,  # (frames, 3, height, width), depth in [0, 1], near is bright
        latents: Tensor,  # (frames, 4, height / 8, width / 8), unit normal
        on_step: OnStep | None = None,
    ) -> Tensor:
        """Frames as (frames, height, width, 3) float32 in [0, 1] on the CPU. Raises OutOfMemory."""
        with explained_out_of_memory("try a smaller --micro-batch or --resolution"):
            return self.decode(self.sample(hints, latents, on_step))

    @torch.inference_mode()
    def sample(self, hints: Tensor, latents: Tensor, on_step: OnStep | None = None) -> Tensor:
        """Clean latents for the hints, of the shape of `latents`."""
        scheduler = make_scheduler(self.settings.scheduler, self.checkpoint.scheduler_config)
        scheduler.set_timesteps(self.settings.num_inference_steps, device=self.checkpoint.device)
        noise = latents.to(self.checkpoint.device, self.checkpoint.dtype) * scheduler.init_noise_sigma
        return denoise(self._noise_predictor(hints), noise, scheduler, on_step)

    @torch.inference_mode()
    def decode(self, latents: Tensor) -> Tensor:
        """Frames (frames, height, width, 3) in [0, 1] from clean latents."""
        vae = self.checkpoint.vae
        images = vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor).sample
        return (images / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).float().cpu()

    def _noise_predictor(self, hints: Tensor) -> NoisePredictor:
        hints = hints.to(self.checkpoint.device, self.checkpoint.dtype)
        guided = is_guided(self.settings.guidance_scale)
        passes = [self.negative_prompt_embeds, self.prompt_embeds] if guided else [self.prompt_embeds]
        return NoisePredictor(
            checkpoint=self.checkpoint,
            prompt_embeds=torch.cat([embeds.expand(len(hints), -1, -1) for embeds in passes]),
            controlnet_cond=torch.cat([hints] * len(passes)),
            controlnet_conditioning_scale=self.settings.controlnet_conditioning_scale,
            guidance_scale=self.settings.guidance_scale,
        )


@dataclass(frozen=True)
class NoisePredictor:
    """ControlNet, then UNet, then guidance, for one micro-batch: what `denoise` calls at every step."""

    checkpoint: Checkpoint
    prompt_embeds: Tensor  # (passes * frames, tokens, channels); passes: 2 (negative, positive) if guided, else 1
    controlnet_cond: Tensor  # (passes * frames, 3, height, width)
    controlnet_conditioning_scale: float
    guidance_scale: float

    def __call__(self, latents: Tensor, timestep: Tensor) -> Tensor:
        guided = is_guided(self.guidance_scale)
        latent_model_input = torch.cat([latents, latents]) if guided else latents
        down_residuals, mid_residual = self.checkpoint.controlnet(
            latent_model_input,
            timestep,
            encoder_hidden_states=self.prompt_embeds,
            controlnet_cond=self.controlnet_cond,
            conditioning_scale=self.controlnet_conditioning_scale,
            return_dict=False,
        )
        noise_pred = self.checkpoint.unet(
            latent_model_input,
            timestep,
            encoder_hidden_states=self.prompt_embeds,
            down_block_additional_residuals=down_residuals,
            mid_block_additional_residual=mid_residual,
        ).sample
        return guide(noise_pred, self.guidance_scale) if guided else noise_pred
