"""walker.blend: a figure walks through dunes; the camera goes along."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from making.body import add_body
from making.gait import SPEED, pose_at
from making.skeleton import add_armature, key_pose
from making.stage import FRAMES, add, add_camera, empty_scene, save, subdivide
from making.surfaces import Surface, ball, grid, lathe, mesh_of
from mathutils import Vector, noise

FIRST_STEP = -1.0  # where in the walk frame 1 is
ROCKS = ((-1.1, -1.9, 0.32), (-1.9, 0.6, 0.5), (1.0, 0.9, 0.16), (-0.9, 1.6, 0.2), (-4.5, 3.5, 1.1), (-7, -4, 1.3))
MESAS = ((-9, 9, 3.0, 3.4), (-14, 2, 4.5, 3.0), (-4, 15, 3.0, 4.2), (-10, -4.5, 2.5, 2.6))


def make(path: Path) -> None:
    empty_scene()
    rig = add_armature("Walker rig")
    subdivide(add_body("Walker", rig))
    for frame in range(1, FRAMES + 1):
        key_pose(rig, pose_at(frame + FIRST_STEP), frame)
    add_desert()
    start, end = walker_at(1), walker_at(FRAMES)
    add_camera(
        {1: (3.2, start - 1.9, 1.15), FRAMES: (3.0, end - 1.5, 1.0)},
        {1: (0.0, start - 0.1, 0.93), FRAMES: (0.0, end + 0.05, 0.93)},
        {1: 42.0},
    )
    save(path, {"prompt": "a rusty robot in a desert", "frames": "1-24", "out": "//../out/robot"})


def walker_at(frame: int) -> float:
    """The walker's y."""
    return -SPEED * (frame + FIRST_STEP)


def add_desert() -> None:
    lines = np.sinh(np.linspace(-1, 1, 65) * 4.2) / np.sinh(4.2) * 60
    add("Ground", mesh_of("Ground", grid(lines, lines - 1.5, dunes)), (0.72, 0.52, 0.3))
    for index, (x, y, size) in enumerate(ROCKS, 1):
        rock = add(f"Rock {index}", mesh_of(f"Rock {index}", stone(size, index)), (0.36, 0.25, 0.19))
        rock.location = (x, y, dunes(x, y) + size * 0.3)
    for index, (x, y, width, height) in enumerate(MESAS, 1):
        mesa = add(f"Mesa {index}", mesh_of(f"Mesa {index}", mesa_surface(width, height, index)), (0.5, 0.27, 0.17))
        mesa.location = (x, y, dunes(x, y) - 0.8)


def dunes(x: float, y: float) -> float:
    """Flat along the walk, rolling beside it."""
    away = np.clip((abs(x) - 0.7) / 6, 0, 1)
    ripples = 0.09 * noise.noise(Vector((x * 0.7, y * 0.5, 3.1)))
    rolling = 1.1 * noise.noise(Vector((x * 0.11, y * 0.07, 0.4))) + 0.35 * noise.noise(Vector((x * 0.3, y * 0.25, 7)))
    return float(away * away * rolling + min(1.0, away * 4) * ripples)


def stone(size: float, seed: int) -> Surface:
    def weathered(point: Vector) -> Vector:
        bumps = noise.fractal(point / size * 0.9 + Vector((seed * 7.3, 0, 0)), 0.9, 2.1, 3)
        return Vector((point.x, point.y, point.z * 0.75)) * (1 + 0.38 * bumps)

    return lathe(ball(size, 12), 20).shaped(weathered)


def mesa_surface(width: float, height: float, seed: int) -> Surface:
    """A table mountain: steep, layered, flat on top."""

    def weathered(point: Vector) -> Vector:
        ridge = noise.noise(Vector((point.x, point.y, point.z * 0.25)) / width * 1.7 + Vector((seed * 5.1, 0, 0)))
        return Vector((point.x * (1 + 0.35 * ridge), point.y * (1 + 0.35 * ridge), point.z))

    profile = [
        (0, 0),
        (0, 1.5),
        (0.25, 1.1),
        (0.45, 0.92),
        (0.5, 0.8),
        (0.8, 0.74),
        (0.97, 0.7),
        (1.0, 0.62),
        (1.01, 0),
    ]
    rings = [(z * height, radius * width / 2 * (1 + 0.02 * math.sin(9 * z))) for z, radius in profile]
    return lathe(rings, 32).shaped(weathered)
