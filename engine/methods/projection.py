"""The keyframes' finished pictures on the surfaces of other frames."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d, grid_sample, interpolate, max_pool2d, pad

from engine.contract.job import SurfaceSettings
from engine.surface.inset import OUTSIDE
from engine.surface.keyframe_views import KeyframeView
from engine.surface.object_ids import BACKGROUND

LIGHT_SCALE = 20
"""What changes over a share of the picture's shorter side that is larger than one in so many is light, not texture."""
SOFTNESS = (0.1, 0.8, 0.1)
"""How much an outline takes from the pixels beside it: surfaces are sampled once per pixel, and would have steps."""


def project(
    picture: Tensor,  # (height, width, 3) in [0, 1]
    keyframe_pictures: Tensor,  # (K, height, width, 3), carried outwards
    view: KeyframeView,
    settings: SurfaceSettings,
) -> Tensor:
    """The picture with the keyframes' texture on its surfaces, under a share of its own light, (height, width, 3)."""
    if not settings.projection or not len(view.told):
        return picture
    own = picture.flatten(0, 1)[view.told]
    texture = _sampled(keyframe_pictures, view)
    texture += settings.own_light * _light(own - texture, view)
    trust = _trust(view)
    projected = picture.clone()
    projected.view(-1, 3)[view.told] = torch.lerp(own, texture, trust.flatten()[view.told, None])
    return torch.lerp(picture, _softened(projected, view, trust), settings.projection).clamp(0, 1)


def carry_outwards(picture: Tensor, view: KeyframeView) -> Tensor:
    """A picture (height, width, 3) whose surfaces reach to their outlines: what is too near to one to be surely of
    the object is painted over from within. What is thin all over stays."""
    colour = np.pad(picture.numpy(), ((1, 1), (1, 1), (0, 0)))
    object_id = np.pad(view.object_id, 1, constant_values=OUTSIDE)
    is_known = np.pad(view.is_inside, 1)
    for _ in range(2 * view.margin + 1):
        total, count = np.zeros_like(picture.numpy()), np.zeros(view.object_id.shape, np.float32)
        for row in range(3):
            for column in range(3):
                there = np.s_[row : row + view.object_id.shape[0], column : column + view.object_id.shape[1]]
                tells = is_known[there] & (object_id[there] == view.object_id)
                total += np.where(tells[..., None], colour[there], 0)
                count += tells
        new = (count > 0) & ~is_known[1:-1, 1:-1]
        colour[1:-1, 1:-1][new] = total[new] / count[new, None]
        is_known[1:-1, 1:-1] |= new
    return torch.from_numpy(colour[1:-1, 1:-1].copy())


def _sampled(pictures: Tensor, view: KeyframeView) -> Tensor:
    """What the keyframes show of the told pixels, (P, 3)."""
    height, width = pictures.shape[1:3]
    place = torch.from_numpy(view.position) / torch.tensor([width, height]) * 2 - 1  # (K, P, 2)
    sampled = grid_sample(
        pictures.permute(0, 3, 1, 2), place[:, None], mode="bicubic", padding_mode="border", align_corners=False
    )[:, :, 0]  # (K, 3, P)
    return (sampled * torch.from_numpy(view.weight)[:, None]).sum(0).T


def _light(difference: Tensor, view: KeyframeView) -> Tensor:
    """The coarse part of a difference (P, 3) between pictures; near outlines they differ for other reasons."""
    height, width = view.object_id.shape
    is_inside = torch.from_numpy(view.is_inside.ravel()[view.told]).float()
    sums = torch.zeros(4, height * width)
    sums[:, view.told] = torch.cat([difference.T * is_inside, is_inside[None]])
    cell = max(1, min(height, width) // LIGHT_SCALE)
    coarse = interpolate(sums.view(1, 4, height, width), (height // cell, width // cell), mode="area")
    coarse = avg_pool2d(coarse, 3, 1, 1, count_include_pad=False)
    total, count = interpolate(coarse, (height, width), mode="bilinear")[0].flatten(1)[:, view.told].split([3, 1])
    return (total / count.clamp(min=1e-6)).T


def _trust(view: KeyframeView) -> Tensor:
    """How much the told pixels are told: less towards surfaces that no keyframe sees; (height, width) in [0, 1]."""
    is_told = torch.zeros(view.object_id.shape)
    is_told.view(-1)[view.told] = 1
    is_surface = torch.from_numpy(view.object_id != BACKGROUND).float()
    told, surface = (
        avg_pool2d(mask[None, None], 2 * view.margin + 1, 1, view.margin)[0, 0] for mask in (is_told, is_surface)
    )
    return (2 * told / surface.clamp(min=1e-6) - 1).clamp(0, 1) * is_told


def _softened(picture: Tensor, view: KeyframeView, trust: Tensor) -> Tensor:
    """A picture (height, width, 3) without steps along the outlines of what was projected."""
    row = torch.tensor(SOFTNESS)
    kernel = torch.outer(row, row).expand(3, 1, 3, 3)
    blurred = conv2d(pad(picture.permute(2, 0, 1)[None], [1] * 4, mode="replicate"), kernel, groups=3)[0]
    softness = max_pool2d(trust[None, None], 3, 1, 1)[0, 0] * torch.from_numpy(view.is_outline)
    return torch.lerp(picture, blurred.permute(1, 2, 0), softness[..., None])
