"""Smooth random pictures: unlike noise, their principal components are far apart."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate


def landscapes(count: int, size: int) -> Tensor:
    """(count, 3, size, size) in [-1, 1], the same at every call."""
    coarse = torch.rand(count, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    fine = torch.rand(count, 3, size // 2, size // 2, generator=torch.Generator().manual_seed(1))
    layers = [interpolate(layer, size=(size, size), mode="bicubic") for layer in (coarse, fine)]
    return (1.6 * layers[0] + 0.4 * layers[1] - 1).clamp(-1, 1)
