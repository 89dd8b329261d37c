"""Trains the VAE's decoder further once the denoiser is done: latents stay what they are, pictures get sharper."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from models.preview.train.examples import Examples, random_crops
from models.preview.train.gradients import ThreadedGradients
from models.preview.train.loop import current_phase, learning_rate_factor
from models.preview.train.recipe import Recipe
from models.preview.train.vae import ResumableVae, reconstruction_loss, review_vae, to_signed

SEED = 5


class DecoderTraining(ResumableVae):
    name = "decoder"

    def __init__(
        self, recipe: Recipe, vae: AutoencoderKL, pictures: Examples, held_out: Examples, sheets: Path
    ) -> None:
        self.recipe = recipe
        self.vae = vae
        self.pictures = pictures
        self.held_out = held_out
        self.sheets = sheets
        self.generator = torch.Generator().manual_seed(recipe.seed + SEED)
        self.parameters = [*vae.post_quant_conv.parameters(), *vae.decoder.parameters()]
        for parameter in self.parameters:
            parameter.requires_grad_(True)
        self.optimizer = torch.optim.AdamW(self.parameters, betas=(0.9, 0.99), fused=True)
        self.gradients = ThreadedGradients(recipe.threads)

    def step(self, share: float) -> float:
        self.optimizer.param_groups[0]["lr"] = self.recipe.vae.learning_rate * learning_rate_factor(share)
        crops = random_crops(self.pictures, current_phase(self.recipe.vae.phases, share), self.generator)
        loss = self.gradients.set(self.parameters, self._loss, to_signed(crops).chunk(self.recipe.threads))
        if clip_grad_norm_(self.parameters, 1.0).isfinite():  # half precision may overflow
            self.optimizer.step()
        return loss

    @torch.no_grad()
    def review(self, step: int) -> dict[str, float]:
        return review_vae(self.vae, self.held_out, self.sheets / f"decoder-{step:06}.png")

    def _loss(self, pictures: Tensor) -> Tensor:
        with torch.autocast(pictures.device.type, torch.bfloat16):
            with torch.no_grad():
                latents = self.vae.encode(pictures).latent_dist.mode()
            reconstructed = self.vae.decode(latents).sample
        return reconstruction_loss(reconstructed.float(), pictures)
