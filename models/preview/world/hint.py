"""The depth ControlNet's hint of a batch: what engine/surface/depth_hint.py makes of a captured clip, in torch."""

from __future__ import annotations

import torch
from torch import Tensor

RANGE_QUANTILES = (0.01, 0.99)
EXACT_SHARE = 0.4
WIDENING = 0.6


def inverse_depth_range(depth: Tensor) -> tuple[Tensor, Tensor]:
    """Far and near end (1/units) of each picture's surfaces, (batch,) each.

    `depth` is (batch, height, width) along the camera's axis, inf in the sky.
    """
    inverse_depth = torch.where(depth.isfinite(), 1 / depth, torch.nan).flatten(1)
    far, near = inverse_depth.nanquantile(depth.new_tensor(RANGE_QUANTILES), dim=1)
    is_flat = near - far < 0.01 * near
    return torch.where(is_flat, 0, far), near


def depth_hint(depth: Tensor, far: Tensor, near: Tensor) -> Tensor:
    """The ControlNet's pictures, (batch, height, width) float32 in [0, 1]: near is bright, background black."""
    inverse_depth = torch.where(depth.isfinite(), 1 / depth, 0)
    far, near = far[:, None, None], near[:, None, None]
    return ((inverse_depth - far) / (near - far)).clamp(0, 1)


def random_range(depth: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A range as of a clip that each picture is one frame of: its own, or by chance a wider one, since others come
    nearer or go farther away."""
    far, near = inverse_depth_range(depth)
    widening = torch.rand(2, depth.shape[0], generator=generator).to(depth.device) * WIDENING
    widening = widening * (torch.rand(depth.shape[0], generator=generator) > EXACT_SHARE).to(depth.device)
    return far * (1 - widening[0]), near * (1 + widening[1])
