from __future__ import annotations

import copy
from pathlib import Path

import torch

from models.loading import Checkpoint, load_checkpoint
from models.preview.train.denoiser import DenoiserTraining
from models.preview.train.examples import Examples
from models.preview.train.recipe import TINY


def make_training(checkpoint: Checkpoint, pictures: Examples, work: Path) -> DenoiserTraining:
    return DenoiserTraining(TINY, copy.deepcopy(checkpoint), pictures, pictures, work)


def test_a_resumed_training_has_the_same_losses_as_an_uninterrupted_one(
    checkpoint: Checkpoint, pictures: Examples, tmp_path: Path
) -> None:
    whole = make_training(checkpoint, pictures, tmp_path)
    losses = [whole.step(share) for share in (0.1, 0.2, 0.6, 0.7)]
    first = make_training(checkpoint, pictures, tmp_path)
    assert [first.step(share) for share in (0.1, 0.2)] == losses[:2]
    torch.save(first.state_dict(), tmp_path / "denoiser.state")
    second = make_training(checkpoint, pictures, tmp_path)
    second.load_state_dict(torch.load(tmp_path / "denoiser.state", weights_only=True))
    assert [second.step(share) for share in (0.6, 0.7)] == losses[2:]
    for resumed, uninterrupted in zip(second.ema.shadow_params, whole.ema.shadow_params, strict=True):
        assert torch.equal(resumed, uninterrupted)


def test_a_review_leaves_a_checkpoint_that_loads_and_the_weights_as_they_were(
    checkpoint: Checkpoint, pictures: Examples, tmp_path: Path
) -> None:
    training = make_training(checkpoint, pictures, tmp_path)
    training.step(0.1)
    before = copy.deepcopy(training.networks.state_dict())
    assert 0 < training.review(1)["held_out_loss"] < 10
    for name, weights in training.networks.state_dict().items():
        assert torch.equal(weights, before[name]), name
    averaged = load_checkpoint(tmp_path / "checkpoint").unet.conv_in.bias
    torch.testing.assert_close(averaged.half(), training.ema.shadow_params[1].half())
    assert (tmp_path / "sheets" / "denoiser-000001.png").is_file()


def test_worse_weights_do_not_replace_the_checkpoint(
    checkpoint: Checkpoint, pictures: Examples, tmp_path: Path
) -> None:
    training = make_training(checkpoint, pictures, tmp_path)
    training.least_loss = 0.0
    training.review(0)
    assert not (tmp_path / "checkpoint").exists()


def test_all_three_networks_learn(checkpoint: Checkpoint, pictures: Examples, tmp_path: Path) -> None:
    training = make_training(checkpoint, pictures, tmp_path)
    for _ in range(3):  # the first step moves only what lies behind the zero convolutions
        training.step(0.1)
    for name, network in training.networks.items():
        untrained = getattr(checkpoint, name)
        assert any(not torch.equal(a, b) for a, b in zip(network.parameters(), untrained.parameters(), strict=True)), (
            name
        )
