"""Every frame for itself: Stable Diffusion 1.5 with ControlNet-depth (Zhang et al., arXiv 2302.05543)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.contract.errors import ModelInvalid
from engine.contract.job import Settings
from engine.denoise.guidance import guide, is_guided
from engine.denoise.loop import OnStep, denoise
from engine.denoise.micro_batches import in_micro_batches
from engine.denoise.prompt import encode_prompt
from engine.denoise.schedulers import make_scheduler
from models.loading import Checkpoint
from models.memory import explained_out_of_memory

OnMicroBatch = Callable[[], None]
"""Called before every micro-batch; what it raises ends the painting."""


class PerFrame:
    """Paints chunks of depth hints; the same noise and hint give the same frame, whatever it is painted with.

    `cut_prompt` and `cut_negative_prompt` hold what the text encoder had no room for.
    """

    def __init__(
        self, checkpoint: Checkpoint, prompt: str, negative_prompt: str, settings: Settings, micro_batch: int = 1
    ) -> None:
        positive, negative = encode_prompt(checkpoint, prompt), encode_prompt(checkpoint, negative_prompt)
        self.checkpoint = checkpoint
        self.settings = settings
        self.micro_batch = micro_batch
        self.prompt_embeds = positive.prompt_embeds
        self.negative_prompt_embeds = negative.prompt_embeds
        self.cut_prompt = positive.cut
        self.cut_negative_prompt = negative.cut if is_guided(settings.guidance_scale) else ""

    @torch.inference_mode()
    def paint(
        self,
        hints: Tensor,  # (frames, 3, height, width), depth in [0, 1], near is bright
        latents: Tensor,  # (frames, 4, latent_height, latent_width), unit normal
        on_step: OnStep | None = None,
        on_micro_batch: OnMicroBatch | None = None,
    ) -> Iterator[Tensor]:
        """The frames of a chunk, each (height, width, 3) float32 in [0, 1] on the CPU.

        All are denoised together, step by step, before the first is decoded. Raises OutOfMemory, and ModelInvalid where
        the networks give no numbers.
        """
        with explained_out_of_memory("try a smaller --micro-batch or --resolution"):
            clean = self.sample(hints, latents, on_step, on_micro_batch)
            for pictures in in_micro_batches(self.decode, self.micro_batch, clean):
                yield from pictures

    @torch.inference_mode()
    def sample(
        self,
        hints: Tensor,
        latents: Tensor,
        on_step: OnStep | None = None,
        on_micro_batch: OnMicroBatch | None = None,
    ) -> Tensor:
        """Clean latents for the hints, of the shape of `latents`."""
        scheduler = make_scheduler(self.settings.scheduler, self.checkpoint.scheduler_config)
        scheduler.set_timesteps(self.settings.num_inference_steps, device=self.checkpoint.device)
        noise = latents.to(self.checkpoint.device, self.checkpoint.dtype) * scheduler.init_noise_sigma
        return denoise(self._noise_predictor(hints, on_micro_batch), noise, scheduler, on_step)

    @torch.inference_mode()
    def decode(self, latents: Tensor) -> Tensor:
        """Frames (frames, height, width, 3) in [0, 1] from clean latents. Raises ModelInvalid where they are none."""
        vae = self.checkpoint.vae
        images = vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor).sample
        if not images.isfinite().all():
            raise ModelInvalid(
                f"the model's pictures are not numbers in {self.checkpoint.dtype}".replace("torch.", ""),
                "try --dtype float32; if that does not help, the weights are damaged",
            )
        return (images / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).float().cpu()

    def _noise_predictor(self, hints: Tensor, on_micro_batch: OnMicroBatch | None) -> NoisePredictor:
        guided = is_guided(self.settings.guidance_scale)
        return NoisePredictor(
            checkpoint=self.checkpoint,
            prompt_embeds=[self.negative_prompt_embeds, self.prompt_embeds] if guided else [self.prompt_embeds],
            hints=hints,
            controlnet_conditioning_scale=self.settings.controlnet_conditioning_scale,
            guidance_scale=self.settings.guidance_scale,
            micro_batch=self.micro_batch,
            on_micro_batch=on_micro_batch,
        )


@dataclass(frozen=True)
class NoisePredictor:
    """ControlNet, then UNet, then guidance: what `denoise` calls at every step of a chunk."""

    checkpoint: Checkpoint
    prompt_embeds: Sequence[Tensor]  # each (1, tokens, channels): negative and positive if guided, else positive
    hints: Tensor  # (frames, 3, height, width)
    controlnet_conditioning_scale: float
    guidance_scale: float
    micro_batch: int
    on_micro_batch: OnMicroBatch | None

    def __call__(self, latents: Tensor, timestep: Tensor) -> Tensor:
        """noise_pred (frames, 4, latent_height, latent_width) of the whole chunk, a micro-batch at a time."""

        def predict(latents: Tensor, hints: Tensor) -> Tensor:
            if self.on_micro_batch is not None:
                self.on_micro_batch()
            return self._predict(latents, hints, timestep)

        return torch.cat(list(in_micro_batches(predict, self.micro_batch, latents, self.hints)))

    def _predict(self, latents: Tensor, hints: Tensor, timestep: Tensor) -> Tensor:
        passes = len(self.prompt_embeds)
        latent_model_input = torch.cat([latents] * passes)
        encoder_hidden_states = torch.cat([embeds.expand(len(latents), -1, -1) for embeds in self.prompt_embeds])
        controlnet_cond = torch.cat([hints.to(self.checkpoint.device, self.checkpoint.dtype)] * passes)
        down_residuals, mid_residual = self.checkpoint.controlnet(
            latent_model_input,
            timestep,
            encoder_hidden_states=encoder_hidden_states,
            controlnet_cond=controlnet_cond,
            conditioning_scale=self.controlnet_conditioning_scale,
            return_dict=False,
        )
        noise_pred = self.checkpoint.unet(
            latent_model_input,
            timestep,
            encoder_hidden_states=encoder_hidden_states,
            down_block_additional_residuals=down_residuals,
            mid_block_additional_residual=mid_residual,
        ).sample
        return guide(noise_pred, self.guidance_scale) if passes == 2 else noise_pred
