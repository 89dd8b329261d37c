"""Surfaces that know their UVs by construction: turned on a lathe, or laid out as a grid. Metres, z up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np
from mathutils import Matrix, Vector

Profile = Sequence[tuple[float, float]]
"""Height and radius of each ring, from one pole to the other; both poles have the radius 0."""


@dataclass(frozen=True)
class Surface:
    vertices: np.ndarray  # (vertices, 3) float64
    faces: tuple[tuple[int, ...], ...]
    uv: np.ndarray  # (face corners, 2) float64, in metres: `packed` brings them into the unit square

    def placed(self, matrix: Matrix) -> Surface:
        placed = self.vertices @ np.array(matrix.to_3x3()).T + np.array(matrix.translation)
        return replace(self, vertices=placed)

    def shaped(self, shape: Callable[[Vector], Vector]) -> Surface:
        return replace(self, vertices=np.array([shape(Vector(vertex)) for vertex in self.vertices]))


def lathe(profile: Profile, segments: int = 16, flatten: float = 1.0) -> Surface:
    """Turns a profile about the z axis; `flatten` scales its depth. One UV island: a strip with a saw's edges."""
    rings = profile[1:-1]
    angles = np.arange(segments) * 2 * math.pi / segments
    circle = np.stack([np.cos(angles), flatten * np.sin(angles)], axis=1)
    bodies = [np.column_stack([radius * circle, np.full(segments, height)]) for height, radius in rings]
    poles = np.array([(0, 0, profile[0][0]), (0, 0, profile[-1][0])])
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(np.array(profile), axis=0).T))])
    around = np.linspace(0, 2 * math.pi * max(radius for _, radius in rings), segments + 1)

    faces: list[tuple[int, ...]] = []
    uv: list[tuple[float, float]] = []
    south, north = len(rings) * segments, len(rings) * segments + 1
    for j in range(segments):
        here, there, middle = around[j], around[j + 1], (around[j] + around[j + 1]) / 2
        step = (j + 1) % segments - j
        for i in range(len(rings) - 1):
            corner = i * segments + j
            faces.append((corner, corner + step, corner + segments + step, corner + segments))
            uv += [(here, along[i + 1]), (there, along[i + 1]), (there, along[i + 2]), (here, along[i + 2])]
        faces.append((j + step, j, south))
        uv += [(there, along[1]), (here, along[1]), (middle, along[0])]
        last = (len(rings) - 1) * segments + j
        faces.append((last, last + step, north))
        uv += [(here, along[-2]), (there, along[-2]), (middle, along[-1])]
    return Surface(np.concatenate([*bodies, poles]), tuple(faces), np.array(uv))


def capsule(length: float, start: float, end: float, rings: int = 4) -> Profile:
    """A limb from z = 0 to z = length with a half sphere of radius `start` and `end` beyond each end."""
    quarter = [math.pi / 2 * i / rings for i in range(rings + 1)]
    lower = [(-start * math.cos(angle), start * math.sin(angle)) for angle in quarter]
    upper = [(length + end * math.sin(angle), end * math.cos(angle)) for angle in quarter]
    between = [(length * t, start + (end - start) * t) for t in (0.25, 0.5, 0.75)]
    return [*lower, *between, *upper]


def ball(radius: float, rings: int = 8, stretch: float = 1.0) -> Profile:
    angles = [math.pi * i / rings for i in range(rings + 1)]
    return [(-radius * stretch * math.cos(angle), radius * math.sin(angle)) for angle in angles]


def grid(xs: np.ndarray, ys: np.ndarray, height: Callable[[float, float], float]) -> Surface:
    """A terrain over the lines `xs` and `ys`, its UVs seen from above."""
    vertices = np.array([(x, y, height(x, y)) for y in ys for x in xs])
    columns = len(xs)
    corners = [y * columns + x for y in range(len(ys) - 1) for x in range(columns - 1)]
    faces = tuple((corner, corner + 1, corner + columns + 1, corner + columns) for corner in corners)
    return Surface(vertices, faces, vertices[np.array(faces).ravel(), :2])


def packed(surfaces: Sequence[Surface], margin: float = 0.02) -> list[np.ndarray]:
    """The UVs of each surface in the unit square: one scale for all, on shelves, tallest first."""
    sizes = [np.ptp(surface.uv, axis=0) + margin for surface in surfaces]
    width = max(math.sqrt(sum(size[0] * size[1] for size in sizes)) * 1.1, *(size[0] for size in sizes))
    offsets: dict[int, np.ndarray] = {}
    corner, shelf = np.array([margin, margin]), 0.0
    for index in sorted(range(len(surfaces)), key=lambda index: -sizes[index][1]):
        if corner[0] + sizes[index][0] > width + margin:
            corner, shelf = np.array([margin, corner[1] + shelf]), 0.0
        offsets[index] = corner - surfaces[index].uv.min(axis=0)
        corner, shelf = corner + np.array([sizes[index][0], 0]), max(shelf, sizes[index][1])
    side = max(width + margin, corner[1] + shelf)
    return [(surface.uv + offsets[index]) / side for index, surface in enumerate(surfaces)]


def mesh_of(name: str, *surfaces: Surface) -> bpy.types.Mesh:
    """One smooth mesh of all the surfaces, in their order, with a UV map in which none overlap."""
    mesh = bpy.data.meshes.new(name)
    first = np.cumsum([0, *(len(surface.vertices) for surface in surfaces)])
    faces = [
        [corner + start for corner in face]
        for start, surface in zip(first.tolist(), surfaces, strict=False)
        for face in surface.faces
    ]
    mesh.from_pydata(np.concatenate([surface.vertices for surface in surfaces]).tolist(), [], faces)
    layer = mesh.uv_layers.new(name="UVMap")
    layer.data.foreach_set("uv", np.concatenate(packed(surfaces)).astype(np.float32).ravel())
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), dtype=bool))
    mesh.validate()
    return mesh
