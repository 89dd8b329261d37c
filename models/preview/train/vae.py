"""Trains the VAE on crops, then folds its latents' statistics into its weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_

from models.preview.train.corpus import render_pictures
from models.preview.train.examples import Examples, random_crops
from models.preview.train.loop import current_phase, learning_rate_factor
from models.preview.train.pca import initialise_encoder
from models.preview.train.recipe import Recipe
from models.preview.train.sheet import save_sheet

KL_WEIGHT = 1e-6  # per latent value; with more, the channels that matter least drown in their own noise
ENCODED_TOGETHER = 8  # more of them leave the cache of a processor
REVIEWED = 64
SHOWN = 12
SEED = 3


class ResumableVae:
    """What a training of the VAE, or of a part of it, saves and resumes from."""

    vae: AutoencoderKL
    optimizer: torch.optim.Optimizer
    generator: torch.Generator

    def state_dict(self) -> dict[str, Any]:
        return {
            "vae": self.vae.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.vae.load_state_dict(state["vae"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])


class VaeTraining(ResumableVae):
    name = "vae"

    def __init__(
        self, recipe: Recipe, vae: AutoencoderKL, pictures: Examples, held_out: Examples, sheets: Path
    ) -> None:
        self.recipe = recipe
        self.vae = vae.train()
        self.pictures = pictures
        self.held_out = held_out
        self.sheets = sheets
        self.generator = torch.Generator().manual_seed(recipe.seed + SEED)
        initialise_encoder(vae, to_signed(pictures.first(1024).values))
        self.optimizer = torch.optim.AdamW(vae.parameters(), betas=(0.9, 0.99), fused=True)

    def step(self, share: float) -> float:
        self._renew_pictures()
        self.optimizer.param_groups[0]["lr"] = self.recipe.vae.learning_rate * learning_rate_factor(share)
        pictures = to_signed(random_crops(self.pictures, current_phase(self.recipe.vae.phases, share), self.generator))
        with torch.autocast(pictures.device.type, torch.bfloat16):
            posterior = self.vae.encode(pictures).latent_dist
            reconstructed = self.vae.decode(posterior.sample(self.generator)).sample
        divergence = posterior.kl().float().mean() / posterior.mean[0].numel()
        loss = reconstruction_loss(reconstructed.float(), pictures) + KL_WEIGHT * divergence
        self.optimizer.zero_grad()
        loss.backward()
        if clip_grad_norm_(self.vae.parameters(), 1.0).isfinite():  # half precision may overflow
            self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def review(self, step: int) -> dict[str, float]:
        return review_vae(self.vae, self.held_out, self.sheets / f"vae-{step:06}.png")

    def _renew_pictures(self) -> None:
        if count := self.recipe.corpus.renewed_per_step:
            device = self.pictures.values.device
            self.pictures.renew(render_pictures(self.recipe, count, self.generator, device))


def review_vae(vae: AutoencoderKL, held_out: Examples, sheet: Path) -> dict[str, float]:
    """How well pictures come back, in dB, and a sheet of them."""
    pictures = to_signed(held_out.first(REVIEWED).values)
    reconstructed = vae.decode(vae.encode(pictures).latent_dist.mode()).sample.clamp(-1, 1)
    save_sheet(sheet, [(pictures[:SHOWN] + 1) / 2, (reconstructed[:SHOWN] + 1) / 2])
    return {"psnr": -10 * ((reconstructed - pictures) / 2).square().mean().log10().item()}


def to_signed(color: Tensor) -> Tensor:
    """Bytes as the VAE reads them, in [-1, 1]."""
    return color.float() / 127.5 - 1


def reconstruction_loss(reconstructed: Tensor, pictures: Tensor) -> Tensor:
    """Absolute and squared error, and the absolute error of the differences between neighbours, for sharp edges."""
    error = reconstructed - pictures
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return functional.l1_loss(reconstructed, pictures) + 0.5 * error.square().mean() + 0.25 * edges


@torch.no_grad()
def encode(vae: AutoencoderKL, pictures: Examples) -> Examples:
    """The same examples with latents, (examples, 4, size / factor, size / factor) float16, in the place of colour."""
    latents = [
        vae.encode(to_signed(colors)).latent_dist.mode().half() for colors in pictures.values.split(ENCODED_TOGETHER)
    ]
    return Examples(torch.cat(latents), pictures.inverse_depth, pictures.looks)


@torch.no_grad()
def fold_statistics(vae: AutoencoderKL, pictures: Examples) -> None:
    """Gives every channel of the latents mean 0 and standard deviation 1 over `pictures`, and decodes as before.

    One scaling factor could not: the channels' deviations differ.
    """
    latents = encode(vae, pictures).values.float()
    mean, std = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    shift = torch.cat([mean, 2 * std.log()])  # of means and of log variances
    scale = torch.cat([std, torch.ones_like(std)])
    quant, post_quant = vae.quant_conv, vae.post_quant_conv
    quant.weight /= scale[:, None, None, None]
    quant.bias.copy_((quant.bias - shift) / scale)
    post_quant.bias += post_quant.weight[:, :, 0, 0] @ mean
    post_quant.weight *= std[None, :, None, None]
