"""A shot with geometry, made without Blender: balls that roll under a waving cloth, seen by a camera that moves
along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import OpenEXR

from engine.contract.files import atomic
from engine.contract.frames import Clip
from engine.contract.motion import AS_STORED, Motion, write_motion
from engine.contract.shot import (
    Camera,
    CaptureSettings,
    PassChannels,
    Shot,
    ShotFrame,
    ShotObject,
    geometry_path,
    passes_path,
    write_shot,
)
from engine.surface.passes import FramePasses
from engine.surface.projection import project
from engine.surface.rasterising import Coverage, rasterise

CHANNELS = PassChannels("Z", ("U", "V"), "Id", ("NX", "NY", "NZ"))
BALLS = 4
NEAREST = 0.2


@dataclass(frozen=True)
class GridMesh:
    """A mesh of quads over a grid in the unit square of its UVs."""

    vertices: np.ndarray  # (V, 3) float32
    triangles: np.ndarray  # (T, 3) int32
    uv: np.ndarray  # (T, 3, 2) float32


@dataclass(frozen=True)
class Placed:
    """An object in a frame."""

    item: ShotObject
    mesh: GridMesh
    matrix: np.ndarray  # (4, 4) float64
    is_reshaped: bool


def make_rolling_shot(folder: Path, clip: Clip, size: int) -> Shot:
    """Writes a shot of `clip`, size x size pixels: a ground, BALLS balls and a cloth."""
    names = ["Ground", *(f"Ball {number}" for number in range(1, BALLS + 1)), "Cloth"]
    objects = tuple(ShotObject(number, f"key{number}", name) for number, name in enumerate(names, start=1))
    shot = Shot(
        fps=24.0,
        clip=clip,
        channels=CHANNELS,
        capture=CaptureSettings(size, size),
        objects=objects,
        frames={frame: ShotFrame(rolling_camera(frame, size), f"content of {frame}") for frame in clip.frames},
        generator="rolling shot",
    )
    for placed in place_objects(objects, clip.first):
        with atomic(geometry_path(folder, placed.item.geometry)) as path, path.open("wb") as file:
            island = np.zeros(len(placed.mesh.triangles), np.int32)
            np.savez(file, **vars(placed.mesh), island=island)
    for frame in clip.frames:
        placed_objects = place_objects(objects, frame)
        write_motion(folder, frame, _motion(placed_objects))
        write_passes(folder, frame, render_passes(placed_objects, shot.frames[frame].camera, size))
    write_shot(folder, shot)
    return shot


def rolling_camera(frame: int, size: int) -> Camera:
    """Looks along y, slightly down, and goes 1.5 cm to the right with every frame."""
    intrinsics = np.array([[size, 0, size / 2], [0, size, size / 2], [0, 0, 1]])
    down = np.radians(15)
    forward, right = np.array([0, np.cos(down), -np.sin(down)]), np.array([1.0, 0, 0])
    rotation = np.stack([right, np.cross(forward, right), forward])
    world_to_camera = np.eye(4)
    world_to_camera[:3, :3] = rotation
    world_to_camera[:3, 3] = -rotation @ [0.015 * frame, -6.0, 3.0]
    return Camera("Camera", "perspective", intrinsics, world_to_camera)


def place_objects(objects: Sequence[ShotObject], frame: int) -> list[Placed]:
    ground, *balls, cloth = objects
    placed = [Placed(ground, _sheet(16, 16, 12.0), np.eye(4), False)]
    for number, ball in enumerate(balls):
        angle = 0.05 * frame + number
        matrix = np.eye(4)
        matrix[:3, :3] = [
            [np.cos(angle), 0, np.sin(angle)],
            [0, 1, 0],
            [-np.sin(angle), 0, np.cos(angle)],
        ]
        matrix[:3, 3] = [np.cos(0.8 * number + 0.02 * frame) * 2.2, number * 0.7 - 1.5, 0.6]
        placed.append(Placed(ball, _ball(24, 12, 0.6), matrix, False))
    hung = np.eye(4)
    hung[:3, 3] = [0.5, 3.0, 1.8]
    return [*placed, Placed(cloth, _waving(_sheet(24, 24, 3.0), frame), hung, True)]


def render_passes(placed: Sequence[Placed], camera: Camera, size: int) -> FramePasses:
    """What the camera sees of the triangles: each drawn flat into a depth buffer."""
    pixels = size * size
    depth, object_id = np.full(pixels, np.inf, np.float32), np.zeros(pixels, np.int32)
    uv, normal = np.zeros((pixels, 2), np.float32), np.zeros((pixels, 3), np.float32)
    for one in placed:
        world = one.mesh.vertices @ one.matrix[:3, :3].T + one.matrix[:3, 3]
        points = project(camera, world)
        cover, covered_depth, weights = _visible(one.mesh.triangles, points.position, points.depth, size)
        pixel = cover.row * size + cover.column
        order = np.lexsort([-covered_depth, pixel])  # the nearest of each pixel comes last, and is written last
        order = order[covered_depth[order] < depth[pixel[order]]]
        corners = world[one.mesh.triangles]
        flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        flat /= np.linalg.norm(flat, axis=1, keepdims=True).clip(min=1e-12)  # the poles have triangles without area
        triangle, target = cover.triangle[order], pixel[order]
        depth[target], object_id[target] = covered_depth[order], one.item.id
        uv[target] = (weights[order, :, None] * one.mesh.uv[triangle]).sum(axis=1)
        normal[target] = flat[triangle]
    shape = (size, size)
    return FramePasses(depth.reshape(shape), uv.reshape(*shape, 2), object_id.reshape(shape), normal.reshape(*shape, 3))


def write_passes(folder: Path, frame: int, passes: FramePasses) -> None:
    pixels = {
        "Z": np.where(passes.is_surface, passes.depth, 1e10),
        "Id": passes.object_id,
        **dict(zip(("U", "V"), np.moveaxis(passes.uv, -1, 0), strict=True)),
        **dict(zip(("NX", "NY", "NZ"), np.moveaxis(passes.normal, -1, 0), strict=True)),
    }
    channels = {name: np.ascontiguousarray(values, np.float32) for name, values in pixels.items()}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with atomic(passes_path(folder, frame)) as path, OpenEXR.File(header, channels) as file:
        file.write(str(path))


def _visible(
    triangles: np.ndarray, position: np.ndarray, depth: np.ndarray, size: int
) -> tuple[Coverage, np.ndarray, np.ndarray]:
    """The pixels of the picture that triangles cover, with depth (N,) and perspective-correct weights (N, 3)."""
    in_front = (depth[triangles] > NEAREST).all(axis=1)
    corners = np.where(in_front[:, None, None], position[triangles], -1)  # those behind the camera lose their area
    cover = rasterise(corners.clip(-size, 2 * size))
    inside = (cover.column >= 0) & (cover.column < size) & (cover.row >= 0) & (cover.row < size)
    cover = Coverage(*(values[inside] for values in vars(cover).values()))
    over_depth = cover.barycentric / depth[triangles[cover.triangle]]
    inverse = over_depth.sum(axis=1)
    return cover, (1 / inverse).astype(np.float32), over_depth / inverse[:, None]


def _motion(placed: Sequence[Placed]) -> Motion:
    reshaped = [one for one in placed if one.is_reshaped]
    return Motion(
        keys=np.array([one.item.key for one in placed]),
        matrices=np.stack([one.matrix for one in placed]),
        shape_of=np.array([reshaped.index(one) if one.is_reshaped else AS_STORED for one in placed], np.int32),
        shapes=tuple({"vertices": one.mesh.vertices} for one in reshaped),
    )


def _grid(columns: int, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The grid's points in the unit square (V, 2), and its triangles with their UVs."""
    v, u = np.meshgrid(np.linspace(0, 1, rows + 1), np.linspace(0, 1, columns + 1), indexing="ij")
    square = np.stack([u, v], axis=-1).reshape(-1, 2)
    first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).reshape(-1, 1)
    right, above = first + 1, first + columns + 1
    triangles = np.concatenate([np.hstack([first, right, above + 1]), np.hstack([first, above + 1, above])])
    return square, triangles.astype(np.int32), square[triangles].astype(np.float32)


def _sheet(columns: int, rows: int, side: float) -> GridMesh:
    square, triangles, uv = _grid(columns, rows)
    vertices = np.column_stack([(square - 0.5) * side, np.zeros(len(square))])
    return GridMesh(vertices.astype(np.float32), triangles, uv)


def _ball(columns: int, rows: int, radius: float) -> GridMesh:
    square, triangles, uv = _grid(columns, rows)
    longitude, latitude = square[:, 0] * 2 * np.pi, (square[:, 1] - 0.5) * np.pi
    ring = np.cos(latitude)
    vertices = np.column_stack([ring * np.cos(longitude), ring * np.sin(longitude), np.sin(latitude)]) * radius
    return GridMesh(vertices.astype(np.float32), triangles, uv)


def _waving(sheet: GridMesh, frame: int) -> GridMesh:
    """Stood upright, with waves that run through it."""
    x, y, _ = sheet.vertices.T
    wave = 0.15 * np.sin(2 * x + 0.2 * frame)
    return GridMesh(np.column_stack([x, wave, y]).astype(np.float32), sheet.triangles, sheet.uv)
