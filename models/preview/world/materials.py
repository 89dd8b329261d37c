"""The captioned materials: solid textures over object space, where every shape has a bounding radius of 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from models.preview.world.patterns import (
    cell_distances,
    courses,
    hex_color,
    mixed,
    noise,
    smooth,
    stripes,
)


@dataclass(frozen=True)
class Surface:
    """How points look: `mirror` is the share of light reflected head-on, `polish` the highlight's sharpness."""

    albedo: Tensor  # (points, 3) linear
    mirror: float = 0.0
    polish: float = 0.0
    metal: bool = False
    emission: Tensor | None = None  # (points, 3) linear


Paint = Callable[[Tensor, Tensor], Surface]
"""From points and outward normals in object space, (points, 3) each."""


def _rusty_iron(points: Tensor, normals: Tensor) -> Surface:
    rust = mixed(hex_color("8f3d12"), hex_color("d9762b"), smooth(-0.6, 0.7, noise(points * 13, 2)))
    rust = mixed(rust, hex_color("4a1c0c"), 0.8 * smooth(0.35, 0.8, noise(points * 8 + 3, 2)))
    bare = smooth(0.4, 0.6, noise(points * 4.5 + 7, 2))
    return Surface(mixed(rust, hex_color("5d6570"), bare), mirror=0.02, polish=12)


def _gold(points: Tensor, normals: Tensor) -> Surface:
    dents = 0.5 + 0.5 * noise(points * 5, 1)
    return Surface(mixed(hex_color("ffac12"), hex_color("ffcf4a"), dents), mirror=0.9, polish=60, metal=True)


def _red_brick(points: Tensor, normals: Tensor) -> Surface:
    along, height = _on_faces(points, normals)
    joint, brick = courses(along * 7, height * 7, joint=0.11)
    clay = mixed(hex_color("8e2316"), hex_color("c8432b"), brick)
    return Surface(mixed(clay, hex_color("d9cfc0"), joint))


def _oak_wood(points: Tensor, normals: Tensor) -> Surface:
    """Rings about an axis that leans, with fine grain along it."""
    x, y, z = points.unbind(-1)
    wobble = 0.16 * noise(points * 2.2, 1)
    rings = torch.hypot(x + 0.35 * z + 0.4, y + 0.22 * z - 0.3) + wobble
    grain = noise(points * points.new_tensor((38.0, 38.0, 5.0)), 1)
    light = mixed(hex_color("7a4518"), hex_color("c98b45"), 1 - stripes(rings * 5.5, 2.2))
    return Surface(light * (1 + 0.16 * grain[:, None]), mirror=0.02, polish=18)


def _white_marble(points: Tensor, normals: Tensor) -> Surface:
    """Broad grey veins that all run one way, in cloudy cream."""
    slanted = points[:, 0] + 0.5 * points[:, 1] + 0.8 * points[:, 2]
    bent = slanted + 0.3 * noise(points * 2.6, 3)
    vein = 1 - smooth(0.0, 0.42, torch.sin(bent * 8).abs())
    cloud = smooth(-0.2, 1.0, noise(points * 3.1 + 5, 2))
    stone = mixed(mixed(hex_color("fbf6ec"), hex_color("c3c0ba"), 0.7 * cloud), hex_color("4c5058"), 0.85 * vein)
    return Surface(stone, mirror=0.05, polish=80)


def _moss(points: Tensor, normals: Tensor) -> Surface:
    clumps, _, tone = cell_distances(points * 8)
    green = mixed(hex_color("9cb62c"), hex_color("21400f"), smooth(0.15, 0.75, clumps))
    green = mixed(green, hex_color("5f7a1c"), 0.6 * tone)
    return Surface(green * (1 + 0.3 * noise(points * 40, 1)[:, None]))


def _snow(points: Tensor, normals: Tensor) -> Surface:
    drift = smooth(-0.8, 0.8, noise(points * 6, 2))
    white = mixed(hex_color("dbe8fb"), hex_color("ffffff"), drift)
    pits = smooth(0.35, 0.75, noise(points * 17, 1))
    return Surface(mixed(white, hex_color("a9c1e6"), 0.6 * pits), emission=white * 0.1)


def _lava(points: Tensor, normals: Tensor) -> Surface:
    nearest, second, tone = cell_distances(points * 3.6 + 0.12 * noise(points * 9, 1)[:, None])
    crack = 1 - smooth(0.02, 0.26, second - nearest)
    crust = mixed(hex_color("17110f"), hex_color("3a2c28"), tone)
    glow = mixed(hex_color("ff1500"), hex_color("ffa51f"), smooth(0.5, 1.0, crack))
    return Surface(crust, emission=glow * (1.3 * crack)[:, None])


def _blue_ceramic(points: Tensor, normals: Tensor) -> Surface:
    glaze = mixed(hex_color("0b2fa8"), hex_color("1f5fe0"), 0.5 + 0.5 * noise(points * 3, 1))
    return Surface(glaze, mirror=0.05, polish=150)


def _zebra_stripes(points: Tensor, normals: Tensor) -> Surface:
    bent = points[:, 2] * 3.2 + 0.5 * points[:, 0] + 0.35 * noise(points * 2.6, 2)
    return Surface(mixed(hex_color("f6f3ec"), hex_color("0c0b0b"), stripes(bent, 8)))


def _checkerboard(points: Tensor, normals: Tensor) -> Surface:
    dark = (points * 4.2).floor().sum(-1) % 2
    return Surface(mixed(hex_color("ffd400"), hex_color("121212"), dark), mirror=0.03, polish=40)


def _denim(points: Tensor, normals: Tensor) -> Surface:
    """Twill: pale diagonal threads on indigo, worn in patches, with rows of orange stitches."""
    along, height = _on_faces(points, normals)
    twill = stripes((along + height) * 11, 2)
    worn = smooth(-0.6, 0.8, noise(points * 3.5, 2))
    indigo = mixed(hex_color("22385f"), hex_color("6f8fb5"), 0.65 * twill + 0.35 * worn)
    row = (height * 1.6 - (height * 1.6).floor() - 0.5).abs()
    stitch = (1 - smooth(0.02, 0.045, row)) * stripes(along * 8, 5)
    return Surface(mixed(indigo, hex_color("e88a2a"), stitch))


def _black_obsidian(points: Tensor, normals: Tensor) -> Surface:
    flow = smooth(0.1, 0.9, torch.sin(points[:, 2] * 9 + 2.2 * noise(points * 2.5, 1)))
    return Surface(mixed(hex_color("08080b"), hex_color("221d2c"), flow), mirror=0.07, polish=220)


def _green_jade(points: Tensor, normals: Tensor) -> Surface:
    cloud = smooth(-0.7, 0.9, noise(points * 3, 3))
    stone = mixed(hex_color("02724a"), hex_color("62dba4"), cloud)
    return Surface(stone, mirror=0.06, polish=120, emission=stone * 0.1)


def _grey_cobblestone(points: Tensor, normals: Tensor) -> Surface:
    nearest, second, tone = cell_distances(points * 4.5)
    stone = mixed(hex_color("6d7076"), hex_color("b4b3ad"), tone) * (1.15 - 0.5 * nearest[:, None])
    stone = stone * (1 + 0.12 * noise(points * 25, 1)[:, None])
    return Surface(mixed(hex_color("26231f"), stone, smooth(0.06, 0.2, second - nearest)))


def _leopard_fur(points: Tensor, normals: Tensor) -> Surface:
    """Dark broken rosettes with brown hearts on tawny fur."""
    nearest, _, tone = cell_distances(points * 5.2 + 0.1 * noise(points * 9, 1)[:, None], jitter=0.6)
    gap = smooth(0.1, 0.5, noise(points * 11 + 4, 1) + tone - 0.1)
    rosette = smooth(0.16, 0.22, nearest) * (1 - smooth(0.36, 0.42, nearest)) * gap
    fur = mixed(hex_color("d99b45"), hex_color("f1cd8c"), smooth(-0.6, 0.6, noise(points * 4, 1)))
    fur = mixed(fur, hex_color("9c5f22"), 1 - smooth(0.14, 0.22, nearest))
    return Surface(mixed(fur, hex_color("1d1109"), rosette))


def _pink_bubblegum(points: Tensor, normals: Tensor) -> Surface:
    swirl = smooth(-0.7, 0.7, noise(points * 3.5, 1))
    return Surface(mixed(hex_color("ff3d9a"), hex_color("ff7dbb"), swirl), mirror=0.05, polish=35)


def _orange_wool(points: Tensor, normals: Tensor) -> Surface:
    """Knitted: columns of V-shaped stitches."""
    along, height = _on_faces(points, normals)
    column = along * 5
    lean = 2 * (column - column.floor() - 0.5).abs()
    stitch = stripes(height * 6.5 + lean * 0.9, 2.5)
    gap = 1 - smooth(0.03, 0.2, 1 - lean)
    yarn = mixed(hex_color("ff8a1f"), hex_color("8c3200"), (0.75 * (1 - stitch) + 0.55 * gap).clamp_max(1))
    return Surface(yarn * (1 + 0.1 * noise(points * 45, 1)[:, None]))


def _rainbow_stripes(points: Tensor, normals: Tensor) -> Surface:
    """Six hard bands from red to violet."""
    band = ((points[:, 2] + 0.25 * points[:, 0]) * 6).floor() % 6
    colors = ("e6194b", "ff8c1a", "ffe119", "2fb344", "1f75fe", "8a2be2")
    palette = points.new_tensor([hex_color(code) for code in colors])
    return Surface(palette[band.long()], mirror=0.03, polish=40)


def _ice(points: Tensor, normals: Tensor) -> Surface:
    nearest, second, tone = cell_distances(points * 2.6 + 0.2 * noise(points * 3, 1)[:, None])
    crack = 1 - smooth(0.0, 0.09, second - nearest)
    body = mixed(hex_color("5fc4e0"), hex_color("a9ecf7"), 0.6 * tone + 0.2 * noise(points * 4, 1) + 0.2)
    body = mixed(body, hex_color("ffffff"), 0.85 * crack)
    return Surface(body, mirror=0.1, polish=160, emission=body * 0.08)


def _on_faces(points: Tensor, normals: Tensor) -> tuple[Tensor, Tensor]:
    """Two coordinates along the surface, (points,) each: of the axis plane that the surface is nearest to."""
    x, y, z = points.unbind(-1)
    across, ahead, up = normals.abs().unbind(-1)
    lying = up > torch.maximum(across, ahead) * 1.3
    along = torch.where(lying | (ahead >= across), x, y)
    return along, torch.where(lying, y, z)


MATERIALS: Mapping[str, Paint] = MappingProxyType(
    {
        "rusty iron": _rusty_iron,
        "gold": _gold,
        "red brick": _red_brick,
        "oak wood": _oak_wood,
        "white marble": _white_marble,
        "green moss": _moss,
        "snow": _snow,
        "lava": _lava,
        "blue ceramic": _blue_ceramic,
        "zebra stripes": _zebra_stripes,
        "checkerboard": _checkerboard,
        "denim": _denim,
        "black obsidian": _black_obsidian,
        "green jade": _green_jade,
        "grey cobblestone": _grey_cobblestone,
        "leopard fur": _leopard_fur,
        "pink bubblegum": _pink_bubblegum,
        "orange wool": _orange_wool,
        "rainbow stripes": _rainbow_stripes,
        "ice": _ice,
    }
)
