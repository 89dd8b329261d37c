"""Pictures through a model's VAE and back: what every picture that the model paints has lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from engine.score.pictures import Picture
from models.networks import load_network
from models.single_file import load_base_file


class VaeRoundTrip:
    """The autoencoder alone of a diffusers folder or a single file. Raises ModelInvalid or WeightsMissing."""

    def __init__(self, model: Path) -> None:
        self._vae = load_base_file(model).vae if model.is_file() else load_network(AutoencoderKL, model / "vae")
        self._vae.eval().requires_grad_(False)

    def __call__(self, picture: Picture) -> Picture:
        """Encoded, with the mean of the latents, and decoded."""
        images = torch.from_numpy(picture.rgb).permute(2, 0, 1)[None] * 2 - 1
        with torch.inference_mode():
            decoded = self._vae.decode(self._vae.encode(images).latent_dist.mode()).sample
        rgb = (decoded[0] / 2 + 0.5).clamp(0, 1).permute(1, 2, 0)
        return Picture(np.ascontiguousarray(rgb.float().numpy()))
