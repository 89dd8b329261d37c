"""What textures are made of: noise, cells, bricks, stripes and colours, as functions of points (points, 3)."""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor

Color = tuple[float, float, float]
"""Linear red, green and blue."""

TURN = ((0.36, 0.48, -0.8), (-0.8, 0.6, 0.0), (0.48, 0.64, 0.6))  # a rotation, so that octaves do not line up
HASH = (127.1, 311.7, 74.7)


def hex_color(code: str) -> Color:
    """A colour as painters write it, "b7410e" (sRGB), in linear light."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red**2.2, green**2.2, blue**2.2


def mixed(first: Color | Tensor, second: Color | Tensor, weight: Tensor) -> Tensor:
    """From the first colour (weight 0) to the second (weight 1), (points, 3)."""
    return torch.lerp(_colors(first, weight), _colors(second, weight), weight[..., None])


def smooth(low: float, high: float, values: Tensor) -> Tensor:
    """0 below `low`, 1 above `high`, and an S between."""
    through = ((values - low) / (high - low)).clamp(0, 1)
    return through * through * (3 - 2 * through)


def noise(points: Tensor, octaves: int = 2) -> Tensor:
    """Clouds about 0, mostly within -1 to 1: nested sines, each octave turned and of half the size."""
    turn = points.new_tensor(TURN)
    total = torch.zeros_like(points[..., 0])
    for octave in range(octaves):
        x, y, z = points.unbind(-1)
        bent = torch.sin(x + 1.6 * torch.sin(0.9 * y + 1.3 * torch.sin(1.1 * z)))
        total = total + bent * torch.cos(y + 1.4 * torch.sin(1.2 * z + 0.7 * x)) * 0.5**octave
        points = points @ turn * 2.03 + 1.7
    return total


def chance(cells: Tensor) -> Tensor:
    """A number in 0 to 1 for every cell of whole coordinates (points, n)."""
    spread = cells @ cells.new_tensor(HASH[: cells.shape[-1]])
    return (torch.sin(spread) * 437.585).frac().abs()


def cell_distances(points: Tensor, jitter: float = 0.55) -> tuple[Tensor, Tensor, Tensor]:
    """Distance to the nearest and second nearest of one point per unit cell, and the nearest one's chance.

    In the plane or in space, as the points are (points, 2 or 3).
    """
    dimensions = points.shape[-1]
    corner = (points - 0.5).floor()
    offsets = points.new_tensor(list(product((0.0, 1.0), repeat=dimensions)))
    cubes = corner[:, None] + offsets  # (points, 4 or 8, dimensions)
    draws = torch.stack([chance(cubes + 17.0 * axis) for axis in range(dimensions)], -1)
    apart = (points[:, None] - cubes - 0.5 - (draws - 0.5) * jitter).norm(dim=-1)
    nearest, second = apart.topk(2, -1, largest=False).values.unbind(-1)
    return nearest, second, draws[..., 0].gather(1, apart.argmin(-1, keepdim=True)).squeeze(1)


def courses(along: Tensor, height: Tensor, joint: float) -> tuple[Tensor, Tensor]:
    """Bricks 2 wide and 1 high in running bond: how much a point is joint (0 to 1), and each brick's chance."""
    row = height.floor()
    column = along / 2 + 0.5 * (row % 2)
    brick = torch.stack((column.floor(), row), -1)
    edge = torch.minimum(2 * _from_edge(column), _from_edge(height))
    return 1 - smooth(joint * 0.6, joint * 1.4, edge), chance(brick)


def stripes(values: Tensor, sharpness: float = 4.0) -> Tensor:
    """0 to 1 and back with every unit, with steep sides."""
    return torch.sigmoid(sharpness * torch.sin(2 * torch.pi * values))


def _from_edge(values: Tensor) -> Tensor:
    return 0.5 - (values - values.floor() - 0.5).abs()


def _colors(color: Color | Tensor, like: Tensor) -> Tensor:
    return color if isinstance(color, Tensor) else like.new_tensor(color).expand(*like.shape, 3)
