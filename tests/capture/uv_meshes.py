"""Meshes for tests of UVs, and a slow witness of what they cover."""

from __future__ import annotations

import numpy as np

from addon.capture.uv_choice import BareMesh


def mesh_of_quads(vertices: np.ndarray, quads: np.ndarray) -> BareMesh:
    starts = np.arange(len(quads), dtype=np.int32) * 4
    corners = (starts[:, None] + [0, 1, 2, 0, 2, 3]).reshape(-1, 3).astype(np.int32)
    return BareMesh(vertices.astype(np.float32), quads.reshape(-1).astype(np.int32), starts, corners)


def sheet(columns: int, rows: int) -> BareMesh:
    """Quads on the plane z = 0, one unit each."""
    x, y = np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0))
    vertices = np.stack([x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3)
    first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).reshape(-1)
    return mesh_of_quads(vertices, np.stack([first, first + 1, first + columns + 2, first + columns + 1], axis=1))


def bent(mesh: BareMesh, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> BareMesh:
    return BareMesh(
        np.stack([x, y, z], axis=1).astype(np.float32), mesh.corner_vertices, mesh.polygon_starts, mesh.corners
    )


def cube() -> BareMesh:
    vertices = np.indices((2, 2, 2)).reshape(3, 8).T
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return mesh_of_quads(vertices, np.array(sides))


def copies(mesh: BareMesh, count: int) -> BareMesh:
    """The mesh several times, side by side, as an Array modifier makes it."""
    many = np.arange(count)[:, None]
    vertices = np.concatenate([mesh.vertices + np.array((10 * index, 0, 0)) for index in range(count)])
    corner_vertices, starts = (
        (array + many * step).reshape(-1).astype(np.int32)
        for array, step in (
            (mesh.corner_vertices, len(mesh.vertices)),
            (mesh.polygon_starts, len(mesh.corner_vertices)),
        )
    )
    corners = np.concatenate([mesh.corners + index * len(mesh.corner_vertices) for index in range(count)])
    return BareMesh(vertices.astype(np.float32), corner_vertices, starts, corners.astype(np.int32))


def flat_uv(mesh: BareMesh) -> np.ndarray:
    """Every corner at its vertex's x and y, (C, 2) float32."""
    return mesh.vertices[mesh.corner_vertices][:, :2].copy()


def torus_knot(p: int, q: int, steps: int, sides: int, radius: float) -> BareMesh:
    """A tube along a knot; where it is thick it goes through itself."""
    along, around = np.meshgrid(np.arange(steps + 1.0), np.arange(sides + 1.0))
    turn, side = along * 2 * np.pi / steps, around * 2 * np.pi / sides
    centre, ahead = _knot(turn, p, q), _knot(turn + 1e-4, p, q)
    out = np.cross(ahead - centre, centre)
    out /= np.linalg.norm(out, axis=-1, keepdims=True)
    up = np.cross(ahead - centre, out)
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    points = centre + radius * (np.cos(side)[..., None] * out + np.sin(side)[..., None] * up)
    return bent(sheet(steps, sides), *points.reshape(-1, 3).T)


def _knot(turn: np.ndarray, p: int, q: int) -> np.ndarray:
    distance = 2 + np.cos(q * turn)
    return np.stack([distance * np.cos(p * turn), distance * np.sin(p * turn), -np.sin(q * turn)], axis=-1)


def noisy_ball(columns: int, rows: int, noise: float) -> BareMesh:
    """A sphere whose vertices are moved in and out, with quads that fold over as the noise grows."""
    mesh = sheet(columns, rows)
    around, up = mesh.vertices[:, 0] * (2 * np.pi / columns), (0.02 + 0.96 * mesh.vertices[:, 1] / rows) * np.pi
    radius = 1 + noise * np.random.default_rng(0).normal(size=len(around))
    return bent(mesh, *(radius * (np.cos(around) * np.sin(up), np.sin(around) * np.sin(up), -np.cos(up))))


def random_quads(vertices: int, quads: int, seed: int) -> BareMesh:
    """Anything goes: quads through one another, folded, with edges of many faces; every third vertex on another one."""
    random = np.random.default_rng(seed)
    places = random.normal(size=(vertices, 3))
    places[::3] = places[-1]
    return mesh_of_quads(places, np.array([random.choice(vertices, 4, replace=False) for _ in range(quads)]))


def times_covered(uv: np.ndarray, size: int, margin: float = 0.0) -> np.ndarray:
    """How many of the triangles (T, 3, 2) in the unit square hold each texel's centre: (size, size) int. Those that a
    centre is in by no more than the margin, a share of the square's side, are not counted."""
    counts = np.zeros((size, size), int)
    for triangle in uv.astype(np.float64) * size:
        low = np.maximum(np.floor(triangle.min(axis=0)).astype(int), 0)
        high = np.minimum(np.ceil(triangle.max(axis=0)).astype(int), size)
        x, y = np.meshgrid(np.arange(low[0], high[0]) + 0.5, np.arange(low[1], high[1]) + 0.5)
        sides = [_side(triangle[index], triangle[index - 2], x, y) for index in range(3)]
        least = 1e-9 + margin * size
        inside = (np.minimum.reduce(sides) > least) | (np.maximum.reduce(sides) < -least)
        counts[low[1] : high[1], low[0] : high[0]] += inside
    return counts


def _side(start: np.ndarray, end: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The distance from a triangle's side, positive to its left."""
    across = (end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0])
    return across / max(np.hypot(*(end - start)), 1e-30)
