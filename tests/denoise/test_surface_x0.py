from __future__ import annotations

import torch
from torch import Tensor

from engine.denoise.surface_x0 import normalised, synchronised

GENERATOR = torch.Generator().manual_seed(0)
FRAMES, CHANNELS, SIDE, ROWS = 2, 4, 6, 40


def latents() -> Tensor:
    return torch.randn(FRAMES, CHANNELS, SIDE, SIDE, generator=GENERATOR)


def shown(share: float = 0.7) -> Tensor:
    """(FRAMES, SIDE * SIDE), -1 for some pixels"""
    rows = torch.randint(ROWS, (FRAMES, SIDE * SIDE), generator=GENERATOR)
    return torch.where(torch.rand(rows.shape, generator=GENERATOR) < share, rows, -1).int()


def test_surfaces_get_the_mean_and_spread_that_they_have_in_the_keyframes() -> None:
    x_0, rows, T = latents(), shown(), 3 + 2 * torch.randn(ROWS, CHANNELS, generator=GENERATOR)
    result = normalised(x_0, T, rows, 1.0).flatten(2)
    for frame in range(FRAMES):
        covered = rows[frame] >= 0
        theirs = T[rows[frame][covered].long()]
        torch.testing.assert_close(result[frame, :, covered].mean(1), theirs.mean(0))
        torch.testing.assert_close(result[frame, :, covered].std(1), theirs.std(0))
        assert torch.equal(result[frame, :, ~covered], x_0.flatten(2)[frame, :, ~covered])


def test_half_the_strength_goes_half_the_way() -> None:
    x_0, rows, T = latents(), shown(), torch.randn(ROWS, CHANNELS, generator=GENERATOR)
    whole, half = (normalised(x_0, T, rows, strength) for strength in (1.0, 0.5))
    torch.testing.assert_close(half, (x_0 + whole) / 2)
    assert normalised(x_0, T, rows, 0.0) is x_0 and synchronised(x_0, T, rows, 0.0) is x_0


def test_a_frame_that_shows_too_little_to_tell_is_left_as_it_is() -> None:
    x_0, rows = latents(), torch.full((FRAMES, SIDE * SIDE), -1)
    rows[:, :5] = 1
    assert torch.equal(normalised(x_0, torch.ones(ROWS, CHANNELS), rows, 1.0), x_0)


def test_what_keyframes_see_is_drawn_to_it_and_the_rest_is_not() -> None:
    x_0, rows, T = latents(), shown(), torch.randn(ROWS, CHANNELS, generator=GENERATOR)
    result = synchronised(x_0, T, rows, 0.25)
    for frame in range(FRAMES):
        for pixel, row in enumerate(rows[frame].tolist()):
            own = x_0.flatten(2)[frame, :, pixel]
            expected = own if row < 0 else 0.75 * own + 0.25 * T[row]
            torch.testing.assert_close(result.flatten(2)[frame, :, pixel], expected)
