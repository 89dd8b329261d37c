"""Arithmetic on vectors along the last axis, (..., 3); written out, since reductions over so short an axis are slow."""

from __future__ import annotations

import torch
from torch import Tensor


def dot(first: Tensor, second: Tensor) -> Tensor:
    x, y, z = first.unbind(-1)
    u, v, w = second.unbind(-1)
    return x * u + y * v + z * w


def normalized(vectors: Tensor) -> Tensor:
    return vectors * dot(vectors, vectors).clamp_min(1e-24).rsqrt()[..., None]


def turned(vectors: Tensor, angles: Tensor) -> Tensor:
    """About z, by `angles` (...,) in radians."""
    x, y, z = vectors.unbind(-1)
    cosine, sine = angles.cos(), angles.sin()
    return torch.stack((cosine * x - sine * y, sine * x + cosine * y, z), -1)
