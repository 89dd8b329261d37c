from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from models.preview.train.networks import make_vae
from models.preview.train.pca import initialise_encoder, pixel_blocks
from models.preview.train.recipe import CPU, GPU, Recipe
from tests.models.preview.train.landscapes import landscapes


@pytest.mark.parametrize("recipe", [CPU, GPU], ids=["factor 4", "factor 8"])
def test_the_encoder_starts_as_the_true_pca_of_pixel_blocks(recipe: Recipe) -> None:
    pictures = landscapes(count=8, size=64)
    vae = make_vae(replace(recipe, size=64))
    initialise_encoder(vae, pictures)
    with torch.no_grad():
        latents = vae.encode(pictures).latent_dist.mode().movedim(1, -1).flatten(0, -2)
    blocks = pixel_blocks(pictures, recipe.vae.factor).movedim(1, -1).flatten(0, -2)
    _, _, directions = torch.linalg.svd(blocks - blocks.mean(0), full_matrices=False)
    scores = (blocks - blocks.mean(0)) @ directions[:4].T
    for latent, score in zip(latents.T, scores.T, strict=True):
        assert torch.corrcoef(torch.stack([latent, score]))[0, 1].abs() > 0.999


def test_halvings_put_the_pixels_of_a_block_into_its_channels() -> None:
    pictures = torch.arange(2 * 3 * 8 * 8).view(2, 3, 8, 8)
    blocks = pixel_blocks(pictures, 4)
    assert blocks.shape == (2, 48, 2, 2)
    assert set(blocks[1, :, 1, 0].tolist()) == set(pictures[1, :, 4:, :4].flatten().tolist())
