"""Sizes that belong together, told from configurations."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contract.errors import ModelInvalid, UsageError
from models.architecture import check_hint_scale, check_size, vae_scale_factor

VAE = {"block_out_channels": [16, 32, 32]}


@pytest.mark.parametrize(("levels", "factor"), [(1, 1), (3, 4), (4, 8)])
def test_every_level_but_the_first_halves_the_picture(levels: int, factor: int) -> None:
    assert vae_scale_factor({"block_out_channels": [16] * levels}) == factor


def test_a_controlnet_for_latents_of_another_size_is_refused() -> None:
    check_hint_scale(Path("controlnet"), {"conditioning_embedding_out_channels": (8, 16, 32)}, VAE)
    with pytest.raises(ModelInvalid, match=r"controlnet is of another architecture.* is 8, not 4"):
        check_hint_scale(Path("controlnet"), {"conditioning_embedding_out_channels": (8, 16, 32, 32)}, VAE)


@pytest.mark.parametrize(
    ("width", "height", "nearest"),
    [(72, 40, "64x32 or 80x48"), (64, 40, "64x32 or 64x48"), (8, 16, "16x16 or 16x16")],
)
def test_sizes_around_one_that_cannot_be_painted_are_named(width: int, height: int, nearest: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_size(width, height, 16)
    assert caught.value.hint.endswith(nearest)
    check_size(64, 48, 16)
