"""Sets one scene in plain numbers: objects on the ground, what lies about them, the camera and the sun.

The camera stands on the -y side and looks along +y; objects have a bounding radius of about 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from models.preview.world.grounds import GROUNDS
from models.preview.world.looks import Look
from models.preview.world.primitives import (
    Box,
    Cone,
    Placement,
    Solid,
    Solids,
    Vec,
    added,
    ball,
    bounding_sphere,
    fitted,
    scaled,
    tilted_box,
)
from models.preview.world.shapes import SHAPES
from models.preview.world.skies import SKIES

Bound = tuple[Vec, float]


@dataclass(frozen=True)
class Group:
    """Solids that are traced together, and the spheres that hold them."""

    solids: Solids
    bounds: list[Bound]


@dataclass(frozen=True)
class Camera:
    position: Vec
    target: Vec
    roll: float  # radians
    field_of_view: float  # radians, of the whole picture


@dataclass(frozen=True)
class Stage:
    objects: Group
    hills: Group
    stones: Group
    camera: Camera
    sun: Vec  # unit direction towards it
    heading: float  # radians, of the first object
    pattern_scale: float
    pattern_shift: Vec  # where in its solid texture an object lies
    ground_turn: float  # radians
    ground_shift: Vec


def staged(look: Look, random: Random) -> Stage:
    heading = random.uniform(0, 2 * math.pi)
    objects = _objects(look, heading, random)
    camera = _camera(objects, random)
    wild = GROUNDS[look.ground].wild
    return Stage(
        objects=objects,
        hills=_hills(camera, random) if wild else Group([], []),
        stones=_surroundings(wild, random),
        camera=camera,
        sun=_sun(SKIES[look.sky].sun_elevation, random),
        heading=heading,
        pattern_scale=random.uniform(0.9, 1.3),
        pattern_shift=_anywhere(4, random),
        ground_turn=random.uniform(0, 2 * math.pi),
        ground_shift=_anywhere(20, random),
    )


def _anywhere(reach: float, random: Random) -> Vec:
    return random.uniform(-reach, reach), random.uniform(-reach, reach), random.uniform(-reach, reach)


def _objects(look: Look, heading: float, random: Random) -> Group:
    solids: list[Solid] = []
    bounds = []
    for number, shape in enumerate(look.shapes):
        alone = len(look.shapes) == 1
        place = Placement(
            1.0 if alone else random.uniform(0.7, 0.85),
            heading if number == 0 else random.uniform(0, 2 * math.pi),
            (0.0, 0.0, 0.0) if alone else ((2 * number - 1) * 0.78, random.uniform(-0.3, 0.3), 0.0),
        )
        standing = [place.solid(solid) for solid in fitted(SHAPES[shape](random))]
        solids += standing
        bounds.append(bounding_sphere(standing))
    return Group(solids, bounds)


def _camera(objects: Group, random: Random) -> Camera:
    """So near that the objects fill much of the picture, though rarely its very middle."""
    center, radius = objects.bounds[0]
    if len(objects.bounds) > 1:
        center = scaled(added(center, objects.bounds[1][0]), 0.5)
        radius = max(radius, objects.bounds[1][1]) + 0.45
    field_of_view = math.radians(random.uniform(26, 58))
    fills_its_bound = len(objects.solids) == 1
    fill = random.uniform(0.6, 0.88) if fills_its_bound else random.uniform(0.65, 1.08)
    distance = radius / math.sin(fill * field_of_view / 2)
    elevation = math.radians(random.uniform(-3, 12) if random.random() < 0.55 else random.uniform(12, 35))
    offset = (0.0, -distance * math.cos(elevation), distance * math.sin(elevation))
    x, y, z = added(center, offset)
    spare = (1.15 - fill) * radius
    aim = added(center, (random.uniform(-0.8, 0.8) * spare, 0.0, random.uniform(-0.4, 0.6) * spare))
    roll = math.radians(random.uniform(-5, 5)) if random.random() < 0.25 else 0.0
    return Camera((x, y, max(z, 0.3)), aim, roll, field_of_view)


def _sun(elevations: tuple[float, float], random: Random) -> Vec:
    """Mostly from a side or from behind the camera, now and then from ahead."""
    elevation = math.radians(random.uniform(*elevations))
    aside = math.radians(random.uniform(15, 65) if random.random() < 0.2 else random.uniform(80, 165))
    aside *= random.choice((-1, 1))  # from straight ahead
    return math.sin(aside) * math.cos(elevation), math.cos(aside) * math.cos(elevation), math.sin(elevation)


def _hills(camera: Camera, random: Random) -> Group:
    """Great balls sunk into the ground, clear of the objects and of the camera."""
    hills: list[Solid] = []
    bounds: list[Bound] = []
    for _ in range(random.choice((0, 0, 0, 2, 3, 4))):
        rise, width = random.uniform(0.25, 1.6), random.uniform(4, 14)
        place = (random.uniform(-1.2, 1.2) * (width + 4), random.uniform(-2, 30), 0.0)
        eye = (camera.position[0], camera.position[1], 0.0)
        if min(math.hypot(place[0], place[1]) - 1.6, math.dist(place, eye) - 0.5) < width:
            continue
        radius = (width**2 + rise**2) / (2 * rise)
        hills.append(ball((place[0], place[1], rise - radius), radius))
        bounds.append((place, width))
    return Group(hills, bounds)


def _surroundings(wild: bool, random: Random) -> Group:
    solids: list[Solid] = []
    bounds: list[Bound] = []
    near = random.choice((0, 0, 1, 2, 3, 4)) if wild else random.choice((0, 0, 0, 1, 2))
    far = random.choice((0, 0, 1, 2, 3))
    clusters = [(_boulder if wild else _block)(random) for _ in range(near)]
    clusters += [(_mesa if wild else _house)(random) for _ in range(far)]
    for cluster in clusters:
        solids += cluster
        bounds.append(bounding_sphere(cluster))
    return Group(solids, bounds)


def _boulder(random: Random) -> Solids:
    x, y, size = _beside(random)
    tall = size * random.uniform(0.4, 0.9)
    lump = (x + random.uniform(-0.6, 0.6) * size, y + random.uniform(-0.4, 0.4) * size, tall * 0.2)
    return [
        Cone((x - size * 0.4, y, 0), (x + size * 0.4, y, tall * 0.2), size * 0.6, size * random.uniform(0.4, 0.65)),
        ball(lump, size * random.uniform(0.45, 0.7)),
    ]


def _block(random: Random) -> Solids:
    x, y, size = _beside(random)
    half = (size * random.uniform(0.5, 1), size * random.uniform(0.5, 1), size * random.uniform(0.4, 1.2))
    return [tilted_box((x, y, half[2]), half, yaw=random.uniform(0, math.pi))]


def _beside(random: Random) -> tuple[float, float, float]:
    """A place beside or behind the objects, and a size that fits there."""
    y = random.uniform(-1.0, 9.0)
    size = random.uniform(0.25, 0.8) * (1 + 0.08 * max(y, 0.0))
    x = random.uniform(0.2 if y > 3 else 1.7, 2.4 + 0.7 * max(y, 0.0)) + size
    return x * random.choice((-1, 1)), y, size


def _mesa(random: Random) -> Solids:
    """A wide foot under a steep table mountain."""
    x, y, wide, tall = _afar(random)
    if random.random() < 0.5:
        yaw = random.uniform(0, math.pi)
        foot = tilted_box((x, y, tall * 0.15), (wide * 1.25, wide, tall * 0.15), yaw=yaw)
        return [foot, tilted_box((x, y, tall / 2), (wide, wide * 0.7, tall / 2), yaw=yaw)]
    slope = Cone((x, y, 0), (x, y, tall - wide * 0.45), wide, wide * 0.55)
    return [slope, Box((x, y, tall * 0.5), (wide * 0.6, wide * 0.6, tall * 0.48))]


def _house(random: Random) -> Solids:
    x, y, wide, tall = _afar(random)
    return [tilted_box((x, y, tall / 2), (wide, wide * 0.7, tall / 2), yaw=random.uniform(0, math.pi))]


def _afar(random: Random) -> tuple[float, float, float, float]:
    y = random.uniform(14, 45)
    return random.uniform(-0.6, 0.6) * y, y, y * random.uniform(0.06, 0.13), y * random.uniform(0.1, 0.24)
