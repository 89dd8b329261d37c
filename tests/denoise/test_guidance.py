from __future__ import annotations

import pytest
import torch

from engine.denoise.guidance import guide, is_guided


@pytest.mark.parametrize(("scale", "expected"), [(0.0, 1.0), (1.0, 3.0), (7.5, 16.0)])
def test_guidance_goes_on_past_the_prompt(scale: float, expected: float) -> None:
    noise_pred = torch.tensor([1.0, 3.0]).reshape(2, 1, 1, 1)  # negative prompt, prompt
    assert guide(noise_pred, scale).item() == expected


def test_the_first_half_of_the_batch_is_the_negative_prompt() -> None:
    noise_pred = torch.arange(6.0).reshape(6, 1, 1, 1)  # three frames, twice
    assert guide(noise_pred, 2.0).flatten().tolist() == [6.0, 7.0, 8.0]


@pytest.mark.parametrize(("scale", "guided"), [(0.0, False), (1.0, False), (1.1, True), (7.5, True)])
def test_a_scale_of_one_is_no_guidance(scale: float, guided: bool) -> None:
    assert is_guided(scale) is guided
