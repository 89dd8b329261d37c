"""What every method paints with: Stable Diffusion 1.5 with ControlNet-depth (Zhang et al., arXiv 2302.05543)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from diffusers import SchedulerMixin
from torch import Tensor

from engine.contract.errors import ModelInvalid
from engine.contract.job import Settings
from engine.denoise.compiling import Network, compiled
from engine.denoise.guidance import guide, is_guided
from engine.denoise.hint_features import hint_features, install_hint_features
from engine.denoise.micro_batches import in_micro_batches
from engine.denoise.prompt import encode_prompt
from engine.denoise.schedulers import make_scheduler
from engine.denoise.surface_attention import SurfaceAttention, install_surface_attention
from models.loading import Checkpoint

OnMicroBatch = Callable[[], None]
"""Called before every micro-batch; what it raises ends the painting."""

AttentionOf = Callable[[Sequence[Tensor]], SurfaceAttention]
"""From the rows, by level, that the frames of a micro-batch show, (frames, tokens) each."""


class Denoiser:
    """A checkpoint with a prompt, for micro-batches of one size; `compile_backend` is torch.compile's, if any.

    `cut_prompt` and `cut_negative_prompt` hold what the text encoder had no room for.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        prompt: str,
        negative_prompt: str,
        settings: Settings,
        micro_batch: int = 1,
        compile_backend: str | None = None,
    ) -> None:
        positive, negative = encode_prompt(checkpoint, prompt), encode_prompt(checkpoint, negative_prompt)
        guided = is_guided(settings.guidance_scale)
        install_surface_attention(checkpoint.unet)
        install_hint_features(checkpoint.controlnet)
        self.checkpoint = checkpoint
        networks: Sequence[Network] = checkpoint.unet, checkpoint.controlnet
        self._unet, self._controlnet = compiled(networks, compile_backend) if compile_backend else networks
        self.settings = settings
        self.micro_batch = micro_batch
        self.prompt_embeds = [negative.prompt_embeds, positive.prompt_embeds] if guided else [positive.prompt_embeds]
        """Of the halves of guidance, each (1, tokens, channels)."""
        self.cut_prompt = positive.cut
        self.cut_negative_prompt = negative.cut if guided else ""

    @property
    def halves(self) -> int:
        """How often a frame goes through the network: with guidance once for each prompt."""
        return len(self.prompt_embeds)

    def make_scheduler(self) -> SchedulerMixin:
        """A fresh one, its timesteps set."""
        scheduler = make_scheduler(self.settings.scheduler, self.checkpoint.scheduler_config)
        scheduler.set_timesteps(self.settings.num_inference_steps, device=self.checkpoint.device)
        return scheduler

    def first_latents(self, noise: Tensor, scheduler: SchedulerMixin) -> Tensor:
        """What the scheduler starts from, given noise of unit variance."""
        return noise.to(self.checkpoint.device, self.checkpoint.dtype) * scheduler.init_noise_sigma

    def embed_hints(self, hints: Tensor) -> Tensor:
        """What predictions take in the place of hints, (frames, channels, latent_height, latent_width), on the device:
        the same at every step and for both halves of guidance, so it need not be made anew each time."""

        def embed(hints: Tensor) -> Tensor:
            batch = torch.cat([hints] * self.halves)  # as large as in predictions: another may round differently
            return hint_features(self.checkpoint.controlnet, batch)[: len(hints)]

        return torch.cat(list(in_micro_batches(embed, self.micro_batch, hints)))

    def predict_noise(
        self,
        model_input: Tensor,  # (frames, 4, latent_height, latent_width), as the scheduler scaled it
        timestep: Tensor,
        hints: Tensor,  # from embed_hints; or (frames, 3, height, width), depth in [0, 1], near is bright
        surface_attention: SurfaceAttention | None = None,
    ) -> Tensor:
        """ControlNet, then UNet, then guidance over one batch: noise_pred of the shape of `model_input`."""
        latent_model_input = torch.cat([model_input] * self.halves)
        encoder_hidden_states = torch.cat([embeds.expand(len(model_input), -1, -1) for embeds in self.prompt_embeds])
        controlnet_cond = torch.cat([hints.to(self.checkpoint.device, self.checkpoint.dtype)] * self.halves)
        down_residuals, mid_residual = self._controlnet(
            latent_model_input,
            timestep,
            encoder_hidden_states=encoder_hidden_states,
            controlnet_cond=controlnet_cond,
            conditioning_scale=self.settings.controlnet_conditioning_scale,
            return_dict=False,
        )
        noise_pred = self._unet(
            latent_model_input,
            timestep,
            encoder_hidden_states=encoder_hidden_states,
            cross_attention_kwargs={"surface_attention": surface_attention},
            down_block_additional_residuals=down_residuals,
            mid_block_additional_residual=mid_residual,
        ).sample
        return guide(noise_pred, self.settings.guidance_scale) if self.halves == 2 else noise_pred

    def predict_frames(
        self,
        model_input: Tensor,  # (frames, 4, latent_height, latent_width)
        timestep: Tensor,
        hints: Tensor,  # from embed_hints, or (frames, 3, height, width)
        rows: Sequence[Tensor] = (),  # by level, (frames, tokens)
        attend: AttentionOf | None = None,
        on_micro_batch: OnMicroBatch | None = None,
    ) -> Tensor:
        """noise_pred of any number of frames, a micro-batch at a time; `attend` makes what self-attention does from
        the rows of a micro-batch's frames."""

        def predict(model_input: Tensor, hints: Tensor, *rows: Tensor) -> Tensor:
            if on_micro_batch is not None:
                on_micro_batch()
            return self.predict_noise(model_input, timestep, hints, attend(rows) if attend else None)

        return torch.cat(list(in_micro_batches(predict, self.micro_batch, model_input, hints, *rows)))

    def decode(self, latents: Tensor) -> Iterator[Tensor]:
        """Each frame (height, width, 3) float32 in [0, 1] on the CPU, from clean latents.

        Raises ModelInvalid where they are no numbers.
        """
        for pictures in in_micro_batches(self._decode, self.micro_batch, latents):
            yield from pictures

    @torch.inference_mode()
    def _decode(self, latents: Tensor) -> Tensor:
        vae = self.checkpoint.vae
        images = vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor).sample
        if not images.isfinite().all():
            raise ModelInvalid(
                f"the model's pictures are not numbers in {self.checkpoint.dtype}".replace("torch.", ""),
                "try --dtype float32; if that does not help, the weights are damaged",
            )
        return (images / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).float().cpu()
