"""Classifier-free guidance (Ho and Salimans, arXiv 2207.12598), weighted as diffusers does."""

from __future__ import annotations

from torch import Tensor


def is_guided(guidance_scale: float) -> bool:
    """A scale of 1 is the plain prediction: the unconditional half is then not computed."""
    return guidance_scale > 1


def guide(noise_pred: Tensor, guidance_scale: float) -> Tensor:
    """Steers away from the first half of the batch (negative prompt) towards the second (prompt).

    `noise_pred` is (2 * frames, 4, latent_height, latent_width), the result has half as many frames.
    """
    noise_pred_uncond, noise_pred_text = noise_pred.chunk(2)
    return noise_pred_uncond + guidance_scale * (noise_pred_text - noise_pred_uncond)
