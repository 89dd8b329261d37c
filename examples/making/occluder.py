"""occluder.blend: a ball rolls past a still life, so that every object is hidden for some frames and comes back."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from making.stage import FRAMES, Place, add, add_camera, animate, empty_scene, save, subdivide
from making.surfaces import Profile, ball, grid, lathe, mesh_of

# Vessels go up outside and down again inside.
VASE = (
    *((0, 0), (0.0, 0.1), (0.05, 0.13), (0.2, 0.21), (0.32, 0.22), (0.45, 0.14), (0.55, 0.08), (0.62, 0.1)),
    *((0.66, 0.13), (0.63, 0.09), (0.5, 0)),
)
BOTTLE = (
    *((0, 0), (0, 0.1), (0.03, 0.12), (0.4, 0.12), (0.5, 0.1), (0.57, 0.05), (0.75, 0.042), (0.78, 0.055)),
    *((0.82, 0.05), (0.825, 0)),
)
GOBLET = (
    *((0, 0), (0.0, 0.12), (0.02, 0.11), (0.05, 0.03), (0.22, 0.025), (0.26, 0.06), (0.33, 0.12), (0.45, 0.135)),
    *((0.52, 0.125), (0.4, 0.1), (0.3, 0)),
)
PEAR = (
    *((0, 0), (0.02, 0.07), (0.08, 0.13), (0.15, 0.145), (0.22, 0.115), (0.29, 0.07), (0.34, 0.05), (0.375, 0.03)),
    (0.38, 0),
)
RADIUS = 0.24


def make(path: Path) -> None:
    empty_scene()
    _place("Vase", VASE, (0.12, 0.22, 0.4), (-0.62, 0.12, 0))
    _place("Bottle", BOTTLE, (0.05, 0.2, 0.09), (-0.12, 0.3, 0))
    _place("Pear", PEAR, (0.5, 0.45, 0.08), (0.13, -0.02, 0))
    _place("Goblet", GOBLET, (0.55, 0.4, 0.15), (0.5, 0.2, 0))
    _place("Apple", ball(0.12, 10, 0.85), (0.5, 0.06, 0.05), (0.78, -0.02, 0.1))
    lines = np.linspace(-1, 1, 31)
    add("Table", mesh_of("Table", grid(lines * 2.6, lines * 1.8 - 0.4, lambda x, y: 0.0)), (0.3, 0.16, 0.08))
    add("Cloth", mesh_of("Cloth", grid(lines * 3.6, lines + 2.0, _folds)), (0.33, 0.28, 0.24))
    _add_rolling_ball()
    add_camera(
        {1: (-0.25, -3.1, 0.85), FRAMES: (0.25, -3.0, 0.8)},
        {1: (0.05, 0, 0.34), FRAMES: (0.1, 0, 0.34)},
        {1: 55.0},
    )
    save(path, {"prompt": "a blue ceramic ball on a wooden floor under a clear sky", "out": "//../out/still-life"})


def _place(name: str, profile: Profile, colour: Place, at: Place) -> None:
    subdivide(add(name, mesh_of(name, lathe(profile, 24)), colour, at))


def _add_rolling_ball() -> None:
    """Rolls from left to right without sliding."""
    item = add("Ball", mesh_of("Ball", lathe(ball(RADIUS, 12), 24)), (0.5, 0.14, 0.05))
    start, end = -1.35, 1.45
    animate(item, "location", {1: (start, -0.55, RADIUS), FRAMES: (end, -0.55, RADIUS)})
    animate(item, "rotation_euler", {1: (1.2, 0, 0), FRAMES: (1.2, (end - start) / RADIUS, 0)})


def _folds(x: float, y: float) -> float:
    """A curtain that rises behind the table."""
    return (y - 1.2) * 2.2 - 0.1 + 0.06 * math.sin(x * 9)
