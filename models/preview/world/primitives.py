"""What shapes are made of: round cones and oriented boxes, in plain numbers, before they become tensors.

Shapes stand on z = 0, look along -y, and are measured in units of their own; `fitted` brings them all to one size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

Vec = tuple[float, float, float]
UPRIGHT: tuple[Vec, Vec, Vec] = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


@dataclass(frozen=True)
class Cone:
    """Two balls and the tangent cone between them: a ball, capsule, limb or cone."""

    start: Vec
    end: Vec
    start_radius: float
    end_radius: float


@dataclass(frozen=True)
class Box:
    """A block; `axes` are the directions of its three edges."""

    center: Vec
    half_size: Vec
    axes: tuple[Vec, Vec, Vec] = UPRIGHT


Solid = Cone | Box
Solids = Sequence[Solid]


@dataclass(frozen=True)
class Placement:
    """Where an object stands: scaled, then turned about z by `heading` (radians), then moved."""

    scale: float
    heading: float
    offset: Vec

    def point(self, point: Vec) -> Vec:
        x, y, z = turned(point, self.heading)
        return (
            x * self.scale + self.offset[0],
            y * self.scale + self.offset[1],
            z * self.scale + self.offset[2],
        )

    def solid(self, solid: Solid) -> Solid:
        if isinstance(solid, Cone):
            radii = solid.start_radius * self.scale, solid.end_radius * self.scale
            return Cone(self.point(solid.start), self.point(solid.end), *radii)
        x, y, z = (turned(axis, self.heading) for axis in solid.axes)
        return Box(self.point(solid.center), scaled(solid.half_size, self.scale), (x, y, z))


def ball(center: Vec, radius: float) -> Cone:
    return Cone(center, center, radius, radius)


def capsule(start: Vec, end: Vec, radius: float) -> Cone:
    return Cone(start, end, radius, radius)


def tilted_box(center: Vec, half_size: Vec, yaw: float = 0, pitch: float = 0) -> Box:
    """A box turned about x by `pitch`, then about z by `yaw` (radians)."""
    pitched: tuple[Vec, Vec, Vec] = (
        (1, 0, 0),
        (0, math.cos(pitch), math.sin(pitch)),
        (0, -math.sin(pitch), math.cos(pitch)),
    )
    x, y, z = (turned(axis, yaw) for axis in pitched)
    return Box(center, half_size, (x, y, z))


def turned(vector: Vec, angle: float) -> Vec:
    """The vector turned about z."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return cosine * vector[0] - sine * vector[1], sine * vector[0] + cosine * vector[1], vector[2]


def scaled(vector: Vec, factor: float) -> Vec:
    return vector[0] * factor, vector[1] * factor, vector[2] * factor


def added(first: Vec, second: Vec) -> Vec:
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def bounding_sphere(solids: Solids) -> tuple[Vec, float]:
    """A ball around everything that stands above the ground: its center and radius."""
    extremes = [extreme for solid in solids for extreme in _extremes(solid)]
    lows = [min(point[axis] - radius for point, radius in extremes) for axis in range(3)]
    highs = [max(point[axis] + radius for point, radius in extremes) for axis in range(3)]
    lows[2] = max(lows[2], 0.0)
    center = ((lows[0] + highs[0]) / 2, (lows[1] + highs[1]) / 2, (lows[2] + highs[2]) / 2)
    return center, max(math.dist(point, center) + radius for point, radius in extremes if point[2] + radius > 0)


def fitted(solids: Solids) -> list[Solid]:
    """The shape brought to a bounding sphere of radius 1 whose center is above the origin."""
    center, radius = bounding_sphere(solids)
    placement = Placement(1 / radius, 0.0, (-center[0] / radius, -center[1] / radius, 0.0))
    return [placement.solid(solid) for solid in solids]


def _extremes(solid: Solid) -> list[tuple[Vec, float]]:
    """Points and the radii about them whose balls' hull holds the solid."""
    if isinstance(solid, Cone):
        return [(solid.start, solid.start_radius), (solid.end, solid.end_radius)]
    corners = []
    for signs in product((-1, 1), repeat=3):
        corner = solid.center
        for sign, axis, half in zip(signs, solid.axes, solid.half_size, strict=True):
            corner = added(corner, scaled(axis, sign * half))
        corners.append((corner, 0.0))
    return corners
