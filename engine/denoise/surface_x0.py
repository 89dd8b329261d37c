"""Predicted pictures that follow what keyframes show of the same surfaces, in latents."""

from __future__ import annotations

import torch
from torch import Tensor

LEAST_COVERED = 16
"""Latent pixels that statistics are taken of."""


def normalised(
    x_0: Tensor,  # (frames, channels, height, width)
    T: Tensor,  # (rows, channels), x_0 of the surface cells that keyframes see
    rows: Tensor,  # (frames, height * width): the row of T that a latent pixel shows, -1 for none
    strength: float,
) -> Tensor:
    """Latent normalisation (Generative Rendering, against colour drift): each frame's surfaces get the mean and the
    spread, per channel, that they have in the keyframes.

    Both are taken over the pixels that show what keyframes see, so that they are of the same surfaces.
    """
    if not strength:
        return x_0
    frames = []
    for frame, shown in zip(x_0.flatten(2), rows, strict=True):  # (channels, pixels), (pixels,)
        covered = shown >= 0
        if covered.sum() >= LEAST_COVERED:
            own, theirs = frame[:, covered], T[shown[covered]].T
            moved = (own - _mean(own)) / _spread(own) * _spread(theirs) + _mean(theirs)
            frame = frame.clone()
            frame[:, covered] = torch.lerp(own, moved, strength)
        frames.append(frame)
    return torch.stack(frames).view_as(x_0)


def synchronised(x_0: Tensor, T: Tensor, rows: Tensor, strength: float) -> Tensor:
    """UV synchronisation (as in SyncMVD, arXiv 2311.12891): what keyframes see comes from T, by `strength`."""
    if not strength:
        return x_0
    G = T[rows.clamp(min=0)].transpose(1, 2)  # (frames, channels, pixels)
    weight = strength * (rows >= 0)[:, None].to(x_0.dtype)
    return torch.lerp(x_0.flatten(2), G, weight).view_as(x_0)


def _mean(values: Tensor) -> Tensor:
    return values.mean(dim=1, keepdim=True)


def _spread(values: Tensor) -> Tensor:
    return values.std(dim=1, keepdim=True).clamp(min=1e-3)
