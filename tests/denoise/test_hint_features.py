from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from diffusers import ControlNetModel
from torch import Tensor

from engine.contract.job import Settings
from engine.denoise.denoiser import Denoiser
from engine.denoise.hint_features import hint_features, install_hint_features
from models.loading import Checkpoint, load_checkpoint

GENERATOR = torch.Generator().manual_seed(0)
HINTS = torch.rand(2, 1, 64, 40, generator=GENERATOR).expand(-1, 3, -1, -1)
LATENTS = torch.randn(2, 4, 8, 5, generator=GENERATOR)


@pytest.fixture(scope="module")
def checkpoint(tiny_checkpoint: Path) -> Checkpoint:
    return load_checkpoint(tiny_checkpoint)


def residuals(controlnet: ControlNetModel, hints: Tensor) -> list[Tensor]:
    prompt_embeds = torch.ones(2, 7, controlnet.config["cross_attention_dim"])
    down, mid = controlnet(LATENTS, 10, prompt_embeds, hints, return_dict=False)
    return [*down, mid]


@pytest.mark.parametrize("channel_order", ["rgb", "bgr"])
@torch.inference_mode()
def test_features_give_what_the_hint_gives_bit_for_bit(checkpoint: Checkpoint, channel_order: str) -> None:
    stock, ours = copy.deepcopy(checkpoint.controlnet), copy.deepcopy(checkpoint.controlnet)
    ours.register_to_config(controlnet_conditioning_channel_order=channel_order)
    install_hint_features(ours)
    expected = residuals(stock, HINTS)
    features = hint_features(ours, HINTS)
    for hints in (HINTS, features, hint_features(ours, features)):
        assert all(torch.equal(a, b) for a, b in zip(residuals(ours, hints), expected, strict=True))


def test_the_controlnet_keeps_its_weights_under_their_names(checkpoint: Checkpoint) -> None:
    ours = copy.deepcopy(checkpoint.controlnet)
    install_hint_features(ours)
    install_hint_features(ours)
    assert ours.state_dict().keys() == checkpoint.controlnet.state_dict().keys()


@pytest.mark.parametrize("micro_batch", [1, 2])
@torch.inference_mode()
def test_a_prediction_from_features_is_that_from_hints(checkpoint: Checkpoint, micro_batch: int) -> None:
    denoiser = Denoiser(checkpoint, "a robot", "", Settings(guidance_scale=3.0), micro_batch)
    features = denoiser.embed_hints(HINTS)
    assert features.shape[2:] == LATENTS.shape[2:]
    predictions = [denoiser.predict_frames(LATENTS, torch.tensor(500), hints) for hints in (HINTS, features)]
    assert torch.equal(*predictions)


def test_a_hint_is_embedded_once_and_not_at_every_step(checkpoint: Checkpoint) -> None:
    calls: list[int] = []
    denoiser = Denoiser(checkpoint, "a robot", "", Settings(guidance_scale=3.0))
    checkpoint.controlnet.controlnet_cond_embedding.conv_in.register_forward_hook(lambda *_: calls.append(1))
    hints = denoiser.embed_hints(HINTS)
    for timestep in (900, 500, 100):
        denoiser.predict_frames(LATENTS, torch.tensor(timestep), hints)
    assert len(calls) == len(HINTS)
