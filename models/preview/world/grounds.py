"""The captioned grounds: textures over the plane, and the stone that lies about on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from models.preview.world.patterns import Color, cell_distances, courses, hex_color, mixed, noise, smooth, stripes


@dataclass(frozen=True)
class Ground:
    paint: Callable[[Tensor], Tensor]
    """From points (points, 3), in units of an object's bounding radius, to linear colours (points, 3)."""
    distant: Color
    """What the texture averages to, far away."""
    stone: Color
    """Of boulders and mesas."""
    wild: bool = True
    """Whether boulders, mesas and hills belong to it; else blocks may stand about."""


def _sand(points: Tensor) -> Tensor:
    bent = points[:, 0] + 0.5 * points[:, 1] + 0.35 * noise(points * 0.9, 2)
    ripples = 0.5 + 0.5 * torch.sin(bent * 13)
    grain = 1 + 0.07 * noise(points * 31, 1)
    return mixed(hex_color("c9a060"), hex_color("f0d49a"), ripples) * grain[:, None]


def _grass(points: Tensor) -> Tensor:
    patches = smooth(-0.8, 0.8, noise(points * 1.6, 2))
    blades = noise(points * points.new_tensor((19.0, 11.0, 1.0)), 2)
    green = mixed(hex_color("2f7a1a"), hex_color("73b332"), patches)
    return green * (1 + 0.42 * blades[:, None]).clamp_min(0.15)


def _snow(points: Tensor) -> Tensor:
    drifts = smooth(-0.9, 0.9, noise(points * 1.3, 3))
    return mixed(hex_color("c3d5ec"), hex_color("fbfdff"), drifts)


def _stone_tiles(points: Tensor) -> Tensor:
    joint, tile = courses(points[:, 0] * 2.2, points[:, 1] * 1.1, joint=0.035)
    slab = mixed(hex_color("7d8288"), hex_color("b3b4b0"), tile) * (1 + 0.1 * noise(points * 7, 2)[:, None])
    return mixed(slab, hex_color("34352f"), joint)


def _wood_planks(points: Tensor) -> Tensor:
    joint, plank = courses(points[:, 1] * 0.55, points[:, 0] * 2.2, joint=0.05)
    grain = noise(points * points.new_tensor((16.0, 1.6, 1.0)) + 9 * plank[:, None], 2)
    board = mixed(hex_color("7d4a24"), hex_color("bd8148"), plank) * (1 + 0.2 * grain[:, None])
    return mixed(board, hex_color("23130a"), joint)


def _asphalt(points: Tensor) -> Tensor:
    """Dark, with a painted line along it."""
    gravel = mixed(hex_color("2b2c30"), hex_color("4a4b50"), smooth(-0.7, 0.7, noise(points * 27, 1)))
    lane = (points[:, 0] / 3.2 - (points[:, 0] / 3.2).floor() - 0.5).abs()
    line = (1 - smooth(0.02, 0.026, lane)) * stripes(points[:, 1] / 2.4, 12)
    return mixed(gravel, hex_color("e8e2c8"), 0.9 * line)


def _cracked_mud(points: Tensor) -> Tensor:
    nearest, second, tone = cell_distances(points[:, :2] * 1.9 + 0.1 * noise(points * 4, 1)[:, None])
    plate = mixed(hex_color("8a7458"), hex_color("b39b78"), 0.7 * tone + 0.3 - 0.3 * nearest)
    return mixed(hex_color("2e2219"), plate, smooth(0.03, 0.12, second - nearest))


def _red_earth(points: Tensor) -> Tensor:
    patches = smooth(-0.8, 0.8, noise(points * 2.3, 3))
    pebbles = smooth(0.75, 1.0, noise(points * 8, 1))
    earth = mixed(hex_color("97361a"), hex_color("cf6534"), patches)
    return mixed(earth, hex_color("5c1d10"), 0.8 * pebbles)


GROUNDS: Mapping[str, Ground] = MappingProxyType(
    {
        "sand": Ground(_sand, distant=hex_color("dcb97c"), stone=hex_color("b98d55")),
        "grass": Ground(_grass, distant=hex_color("4d9224"), stone=hex_color("7d7f78")),
        "snow": Ground(_snow, distant=hex_color("e2ecf8"), stone=hex_color("8b95a3")),
        "stone tiles": Ground(_stone_tiles, distant=hex_color("8f9294"), stone=hex_color("9a9a94"), wild=False),
        "wood planks": Ground(_wood_planks, distant=hex_color("93602f"), stone=hex_color("7a4d28"), wild=False),
        "asphalt": Ground(_asphalt, distant=hex_color("3c3d42"), stone=hex_color("66676c"), wild=False),
        "cracked mud": Ground(_cracked_mud, distant=hex_color("8b7658"), stone=hex_color("8a6f50")),
        "red earth": Ground(_red_earth, distant=hex_color("b04d27"), stone=hex_color("a0492b")),
    }
)
