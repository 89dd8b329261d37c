"""Renders scenes: traces rays to the first surface, and lights what they meet."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from models.preview.world.scenes import Cameras, Scenes
from models.preview.world.shading import shade
from models.preview.world.vectors import dot, normalized
from models.preview.world.visibility import OBJECT, first_surfaces

EXPOSURE = 1.25
RAYS_AT_ONCE_ON_CUDA = 1 << 21


@dataclass(frozen=True)
class Pictures:
    color: Tensor  # (batch, 3, size, size) float32 in [0, 1], sRGB
    depth: Tensor  # (batch, size, size) along the camera's axis, at pixel centers; inf in the sky
    is_object: Tensor  # (batch, size, size) bool, at pixel centers: what the caption names


@torch.no_grad()
def render(scenes: Scenes, size: int, supersampling: int = 2) -> Pictures:
    """Pictures of `size` pixels each way; each pixel's colour is the mean of `supersampling`² rays."""
    device = scenes.suns.device
    rays_each = (size * supersampling) ** 2
    at_once = max(1, RAYS_AT_ONCE_ON_CUDA // rays_each) if device.type == "cuda" else 1  # one fits the CPU's cache
    parts = [
        _rendered(scenes[start : start + at_once], size, supersampling) for start in range(0, len(scenes), at_once)
    ]
    return Pictures(*(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(Pictures)))


def camera_rays(cameras: Cameras, size: int) -> Tensor:
    """Unit directions through the pixel centers, row by row from the top left, (batch, size², 3)."""
    centers = (torch.arange(size, device=cameras.positions.device) + 0.5) * 2 / size - 1
    down, right = torch.meshgrid(centers, centers, indexing="ij")
    plane = torch.stack((right.flatten(), -down.flatten()), -1) * cameras.half_heights[:, None, None]
    ahead = torch.ones_like(plane[..., :1])
    return normalized(torch.cat((plane, ahead), -1) @ cameras.axes)


def _rendered(scenes: Scenes, size: int, supersampling: int) -> Pictures:
    directions = camera_rays(scenes.cameras, size * supersampling)
    light = shade(scenes, directions, first_surfaces(scenes, directions))
    light = light.mT.unflatten(2, (size * supersampling, -1))
    color = avg_pool2d(1 - torch.exp(-EXPOSURE * light), supersampling) ** (1 / 2.2)

    directions = camera_rays(scenes.cameras, size)
    surfaces = first_surfaces(scenes, directions)
    ahead = dot(directions, scenes.cameras.axes[:, None, 2])
    depth, is_object = surfaces.distances * ahead, surfaces.kinds == OBJECT
    return Pictures(color.clamp(0, 1), depth.unflatten(1, (size, size)), is_object.unflatten(1, (size, size)))
