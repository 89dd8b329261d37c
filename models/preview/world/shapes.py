"""The captioned shapes by name: things here, living ones in characters.py; each in a size and pose by chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from random import Random
from types import MappingProxyType

from models.preview.world import characters
from models.preview.world.primitives import Box, Cone, Solid, Solids, ball, capsule, tilted_box, turned


def _ball(random: Random) -> Solids:
    return [ball((0, 0, 1), 1)]


def _cube(random: Random) -> Solids:
    return [Box((0, 0, 0.5), (0.5, 0.5, 0.5))]


def _pillar(random: Random) -> Solids:
    radius, height = random.uniform(0.2, 0.28), random.uniform(1.3, 1.8)
    plate = radius * 1.45
    return [
        Box((0, 0, 0.09), (plate, plate, 0.09)),
        Cone((0, 0, 0.1), (0, 0, height), radius, radius * 0.88),
        Box((0, 0, height + 0.09), (plate, plate, 0.09)),
    ]


def _capsule(random: Random) -> Solids:
    radius, length, rise = random.uniform(0.3, 0.4), random.uniform(0.9, 1.4), random.choice((0.0, 0.0, 0.5, 1.2))
    end = (length * math.cos(rise), 0.0, radius + length * math.sin(rise))
    return [capsule((0, 0, radius), end, radius)]


def _cone(random: Random) -> Solids:
    return [Cone((0, 0, 0), (0, 0, random.uniform(1.1, 1.5)), random.uniform(0.5, 0.65), 0.02)]


def _ring(random: Random) -> Solids:
    """Fourteen capsules around a circle, upright or lying."""
    thickness, lies, steps = random.uniform(0.13, 0.2), random.random() < 0.25, 14
    points = []
    for step in range(steps + 1):
        x, other, _ = turned((0.65, 0, 0), math.tau * step / steps)
        points.append((x, other, thickness) if lies else (x, 0.0, 0.65 + thickness + other))
    return [capsule(start, end, thickness) for start, end in pairwise(points)]


def _table(random: Random) -> Solids:
    width, depth, height = random.uniform(0.7, 1), random.uniform(0.5, 0.7), random.uniform(0.65, 0.85)
    legs = [
        Box((x * (width - 0.08), y * (depth - 0.08), height / 2), (0.07, 0.07, height / 2))
        for x in (-1, 1)
        for y in (-1, 1)
    ]
    return [Box((0, 0, height), (width, depth, 0.07)), *legs]


def _chair(random: Random) -> Solids:
    seat, back = random.uniform(0.48, 0.58), random.uniform(0.5, 0.75)
    legs = [Box((x * 0.34, y * 0.34, seat / 2), (0.06, 0.06, seat / 2)) for x in (-1, 1) for y in (-1, 1)]
    return [
        Box((0, 0, seat), (0.4, 0.4, 0.06)),
        tilted_box((0, 0.37, seat + back / 2), (0.4, 0.055, back / 2), pitch=-random.uniform(0, 0.12)),
        *legs,
    ]


def _tree(random: Random) -> Solids:
    """A trunk under a crown of balls."""
    height = random.uniform(0.8, 1.1)
    solids: list[Solid] = [Cone((0, 0, 0), (0, 0, height), 0.17, 0.11), ball((0, 0, height + 0.35), 0.48)]
    first = random.random()
    for step in range(4):
        place = turned(
            (random.uniform(0.3, 0.42), 0, height + random.uniform(0.05, 0.45)), math.tau * (first + step / 4)
        )
        solids.append(ball(place, random.uniform(0.3, 0.4)))
    return solids


def _arch(random: Random) -> Solids:
    """A half ring of blocks on two posts."""
    half, thick, post = random.uniform(0.55, 0.75), random.uniform(0.16, 0.22), random.uniform(0.5, 0.9)
    solids: list[Solid] = [Box((side * half, 0, post / 2), (thick, 0.24, post / 2)) for side in (-1, 1)]
    steps = 7
    for step in range(steps):
        angle = math.pi * (step + 0.5) / steps
        along = (half + thick) * math.tan(math.pi / steps / 2)
        x, z = math.cos(angle), math.sin(angle)
        axes = ((x, 0.0, z), (0.0, 1.0, 0.0), (-z, 0.0, x))
        solids.append(Box((half * x, 0, post + half * z), (thick, 0.24, along), axes))
    return solids


def _tower(random: Random) -> Solids:
    """A castle's tower: a block, a wider top, and battlements on it."""
    half, height = random.uniform(0.3, 0.38), random.uniform(1.2, 1.6)
    top = half + 0.09
    solids: list[Solid] = [Box((0, 0, height / 2), (half, half, height / 2)), Box((0, 0, height), (top, top, 0.12))]
    for x in (-1, 0, 1):
        for y in (-1, 0, 1):
            if x or y:
                solids.append(Box((x * (top - 0.09), y * (top - 0.09), height + 0.2), (0.09, 0.09, 0.12)))
    return solids


def _mushroom(random: Random) -> Solids:
    """A cap of crossing capsules around a ball, on a bulging stem."""
    height, reach = random.uniform(0.6, 0.85), random.uniform(0.36, 0.46)
    solids: list[Solid] = [
        Cone((0, 0, 0.1), (0, 0, height), 0.21, 0.13),
        Cone((0, 0, height + 0.08), (0, 0, height + 0.24), 0.4, 0.3),
    ]
    for step in range(5):
        x, y, _ = turned((reach, 0, 0), math.pi * step / 5)
        solids.append(capsule((-x, -y, height + 0.06), (x, y, height + 0.06), 0.2))
    return solids


def _rocket(random: Random) -> Solids:
    """Upright on three fins."""
    height = random.uniform(1.0, 1.3)
    solids: list[Solid] = [
        Cone((0, 0, 0.4), (0, 0, 0.4 + height / 2), 0.24, 0.3),
        Cone((0, 0, 0.4 + height / 2), (0, 0, 0.5 + height), 0.3, 0.06),
        Cone((0, 0, 0.5 + height), (0, 0, 0.7 + height), 0.06, 0.02),
    ]
    for step in range(3):
        angle = math.tau * step / 3
        start, end = turned((0.2, 0, 0.55), angle), turned((0.48, 0, 0.05), angle)
        solids.append(Cone(start, end, 0.09, 0.05))
        solids.append(tilted_box(turned((0.32, 0, 0.34), angle), (0.16, 0.03, 0.2), yaw=angle))
    return solids


def _pyramid(random: Random) -> Solids:
    """Steps, as of the oldest pyramids."""
    steps = random.choice((5, 6, 7))
    rise = random.uniform(0.14, 0.18)
    return [
        Box((0, 0, rise * (step + 0.5)), (half, half, rise / 2))
        for step, half in enumerate((steps - step) / steps * 0.95 for step in range(steps))
    ]


def _cactus(random: Random) -> Solids:
    """A trunk with bent arms."""
    height = random.uniform(1.4, 1.8)
    solids: list[Solid] = [capsule((0, 0, 0), (0, 0, height), 0.2)]
    for side in (-1, 1):
        start, rise, reach = random.uniform(0.45, 0.95), random.uniform(0.3, 0.6), random.uniform(0.42, 0.52)
        elbow = (side * reach, 0.0, start + 0.05)
        solids.append(capsule((0, 0, start), elbow, 0.125))
        solids.append(capsule(elbow, (side * reach, 0, start + rise), 0.125))
    return solids


def _stairs(random: Random) -> Solids:
    steps, rise, half = 5, random.uniform(0.18, 0.24), random.uniform(0.4, 0.6)
    run = 0.26
    return [
        Box((0, run * (step + steps) / 2, rise * (step + 0.5)), (half, run * (steps - step) / 2, rise / 2))
        for step in range(steps)
    ]


SHAPES: Mapping[str, Callable[[Random], Solids]] = MappingProxyType(
    {
        "ball": _ball,
        "cube": _cube,
        "pillar": _pillar,
        "capsule": _capsule,
        "cone": _cone,
        "ring": _ring,
        "snowman": characters.snowman,
        "table": _table,
        "chair": _chair,
        "tree": _tree,
        "robot": characters.robot,
        "person": characters.person,
        "dog": characters.dog,
        "horse": characters.horse,
        "arch": _arch,
        "tower": _tower,
        "mushroom": _mushroom,
        "rocket": _rocket,
        "pyramid": _pyramid,
        "cactus": _cactus,
        "stairs": _stairs,
        "bear": characters.bear,
    }
)
