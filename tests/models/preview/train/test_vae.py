from __future__ import annotations

from pathlib import Path

import torch

from models.loading import Checkpoint
from models.preview.train.examples import Examples
from models.preview.train.recipe import TINY
from models.preview.train.vae import VaeTraining, encode, fold_statistics, reconstruction_loss, to_signed


def test_folding_normalises_the_latents_and_leaves_the_pictures(checkpoint: Checkpoint, pictures: Examples) -> None:
    vae, colors = checkpoint.vae, to_signed(pictures.values)
    with torch.no_grad():
        before = vae.decode(vae.encode(colors).latent_dist.mode()).sample
        fold_statistics(vae, pictures)
        after = vae.decode(vae.encode(colors).latent_dist.mode()).sample
    latents = encode(vae, pictures).values.float()
    torch.testing.assert_close(latents.mean((0, 2, 3)), torch.zeros(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(latents.std((0, 2, 3)), torch.ones(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-3)


def test_folding_keeps_the_spread_of_the_posterior_in_proportion(checkpoint: Checkpoint, pictures: Examples) -> None:
    colors = to_signed(pictures.values)
    with torch.no_grad():
        before = checkpoint.vae.encode(colors).latent_dist
        fold_statistics(checkpoint.vae, pictures)
        after = checkpoint.vae.encode(colors).latent_dist
    ratio = before.mean.std((0, 2, 3)) / after.mean.std((0, 2, 3))
    torch.testing.assert_close(before.std, after.std * ratio[:, None, None], atol=1e-5, rtol=1e-3)


def test_a_few_steps_lower_the_loss(checkpoint: Checkpoint, pictures: Examples, tmp_path: Path) -> None:
    training = VaeTraining(TINY, checkpoint.vae, pictures, pictures, tmp_path)
    losses = [training.step(0.3) for _ in range(30)]
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


def test_a_lost_edge_costs_more_than_the_same_error_spread_out() -> None:
    picture = torch.zeros(1, 3, 8, 8)
    edge, spread = picture.clone(), picture + 0.5
    edge[..., 4:] = 1
    assert reconstruction_loss(edge, picture) > reconstruction_loss(spread, picture)
