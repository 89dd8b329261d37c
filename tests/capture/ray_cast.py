"""Rays through the pixel centres, cast with Embree at triangles, as those of a shot's geometry and motion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from engine.contract.motion import AS_STORED, read_motion
from engine.contract.shot import Camera, Shot, geometry_path


@dataclass(frozen=True)
class Triangles:
    """All triangles of a frame in world space."""

    corners: np.ndarray  # (T, 3, 3) float64
    uv: np.ndarray  # (T, 3, 2) float64
    object_id: np.ndarray  # (T,) int32


@dataclass(frozen=True)
class Rays:
    """One through every pixel, in world space; a step along its direction is a metre of depth."""

    origins: np.ndarray  # (height, width, 3) float64
    directions: np.ndarray  # (height, width, 3) float64


@dataclass(frozen=True)
class Seen:
    """What the rays meet first, (height, width) each."""

    object_id: np.ndarray  # 0: nothing
    depth: np.ndarray  # planar z
    uv: np.ndarray  # (height, width, 2)
    normal: np.ndarray  # (height, width, 3), of the flat triangle


def read_triangles(folder: Path, shot: Shot, frame: int) -> Triangles:
    corners, uv, ids = [], [], []
    motion = read_motion(folder, frame)
    objects = {item.key: item for item in shot.objects}
    stored = {name: dict(np.load(geometry_path(folder, name))) for name in {item.geometry for item in shot.objects}}
    for key, matrix, shape in zip(motion.keys.tolist(), motion.matrices, motion.shape_of, strict=True):
        mesh = stored[objects[key].geometry] | dict(motion.shapes[shape] if shape != AS_STORED else {})
        vertices = mesh["vertices"].astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
        corners.append(vertices[mesh["triangles"]])
        uv.append(mesh["uv"].astype(np.float64))
        ids.append(np.full(len(mesh["triangles"]), objects[key].id, np.int32))
    return Triangles(np.concatenate(corners), np.concatenate(uv), np.concatenate(ids))


def cast_rays(triangles: Triangles, rays: Rays, clip: tuple[float, float] = (0.0, np.inf)) -> Seen:
    """`clip` is the nearest and the farthest depth that is seen."""
    size, directions = rays.directions.shape[:2], rays.directions.reshape(-1, 3)
    origins = rays.origins.reshape(-1, 3) + clip[0] * directions
    scene = EmbreeScene()
    TriangleMesh(scene, triangles.corners.astype(np.float32))
    hit = scene.run(origins.astype(np.float32), directions.astype(np.float32))
    met = hit >= 0
    found = hit[met]
    corners = triangles.corners[found]
    weights, length = _intersect(corners, origins[met], directions[met])
    within = length + clip[0] <= clip[1]
    found, corners, weights, length = found[within], corners[within], weights[within], length[within]
    met[met] = within
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    seen_uv = (weights[:, :, None] * triangles.uv[found]).sum(axis=1)
    return Seen(
        object_id=_picture(met, triangles.object_id[found], size),
        depth=_picture(met, clip[0] + length, size),  # the rays' z is 1
        uv=_picture(met, seen_uv, size),
        normal=_picture(met, normal / np.linalg.norm(normal, axis=1, keepdims=True), size),
    )


def within_surfaces(
    object_id: np.ndarray,  # (height, width)
) -> np.ndarray:  # (height, width) bool
    """Pixels whose eight neighbours show the same object, or nothing as they do: silhouettes are elsewhere."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(object_id, 1, mode="edge"), (3, 3))
    return (around == object_id[..., None, None]).all(axis=(2, 3))


def rays_of(camera: Camera, width: int, height: int) -> Rays:
    rows, columns = np.indices((height, width)) + 0.5
    plane = np.stack([columns, rows, np.ones_like(rows)], axis=-1) @ np.linalg.inv(camera.intrinsics).T
    forward = np.array([0.0, 0.0, 1.0])
    is_perspective = camera.projection == "perspective"
    from_points = np.zeros_like(plane) if is_perspective else plane - forward
    along = plane if is_perspective else np.broadcast_to(forward, plane.shape)
    to_world = np.linalg.inv(camera.world_to_camera)
    return Rays(from_points @ to_world[:3, :3].T + to_world[:3, 3], along @ to_world[:3, :3].T)


def _intersect(corners: np.ndarray, origins: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Barycentric weights (N, 3) and lengths (N,), in double precision."""
    edges = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0], -directions], axis=-1)
    second, third, length = np.linalg.solve(edges, (origins - corners[:, 0])[..., None])[..., 0].T
    return np.stack([1 - second - third, second, third], axis=-1), length


def _picture(met: np.ndarray, values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    picture = np.zeros((len(met), *values.shape[1:]), values.dtype)
    picture[met] = values
    return picture.reshape(*size, *values.shape[1:])
