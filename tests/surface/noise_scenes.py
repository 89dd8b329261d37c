"""Frames in memory, seen by cameras that tests turn and shift: a ball, planes, and nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.bench.rolling_shot import CHANNELS, GridMesh, Placed, place_objects, render_passes
from engine.contract.frames import Clip
from engine.contract.shot import Camera, CaptureSettings, Shot, ShotObject
from engine.surface.correspondence import SurfaceFrame
from engine.surface.passes import FramePasses
from engine.surface.posing import Mesh, PosedObject
from engine.surface.surface_noise import SurfaceNoise
from engine.surface.texel_levels import planned_levels
from engine.surface.visibility import SeenSurface

SIZE, LATENT_PIXEL = 256, 4
GROUND, BALL, TWIN = (ShotObject(number, key, key) for number, key in enumerate(("ground", "ball", "twin"), start=1))


def meshes() -> tuple[GridMesh, GridMesh]:
    """A sheet of 12 by 12 and a ball of radius 0.6 with its poles on z."""
    items = tuple(ShotObject(number, f"key{number}", "") for number in range(1, 9))
    ground, ball = place_objects(items, 1)[:2]
    return ground.mesh, ball.mesh


def camera(
    focal: float = 1.0, turned: np.ndarray | None = None, at: Sequence[float] = (0, 0, 0), size: int = SIZE
) -> Camera:
    """Looks along z, y down; focal is in widths of the picture, `turned` (3, 3) turns the camera about its place."""
    intrinsics = np.array([[focal * size, 0, size / 2], [0, focal * size, size / 2], [0, 0, 1]])
    world_to_camera = np.eye(4)
    world_to_camera[:3, :3] = np.eye(3) if turned is None else turned
    world_to_camera[:3, 3] = -world_to_camera[:3, :3] @ np.asarray(at, np.float64)
    return Camera("Camera", "perspective", intrinsics, world_to_camera)


def orthographic(metres: float, at: Sequence[float] = (0, 0, 0), size: int = SIZE) -> Camera:
    """The same with a picture so many metres wide."""
    scale = size / metres
    intrinsics = np.array([[scale, 0, size / 2], [0, scale, size / 2], [0, 0, 1]])
    return replace(camera(at=at), projection="orthographic", intrinsics=intrinsics)


def turn(axis: int, degrees: float) -> np.ndarray:
    """A rotation about x, y or z, (3, 3)."""
    angle, others = np.radians(degrees), [other for other in range(3) if other != axis]
    matrix = np.eye(3)
    matrix[np.ix_(others, others)] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return matrix


def ball(item: ShotObject = BALL, distance: float = 1.1, yaw: float = 0.0, aside: float = 0.0) -> Placed:
    """With its poles above and below."""
    matrix = np.eye(4)
    matrix[:3, :3] = turn(1, yaw) @ turn(0, 90)
    matrix[:3, 3] = [aside, 0, distance]
    return Placed(item, meshes()[1], matrix, False)


def ground(below: float = 1.0) -> Placed:
    """A floor that reaches from behind the camera to far away."""
    matrix = np.eye(4)
    matrix[:3, :3] = turn(0, 90)
    matrix[:3, 3] = [0, below, 4.5]
    return Placed(GROUND, meshes()[0], matrix, False)


def show(placed: Sequence[Placed], seen_by: Camera, frame: int = 1, size: int = SIZE) -> SurfaceFrame:
    passes = render_passes(placed, seen_by, size)
    objects = {one.item.id: PosedObject(one.item, Mesh.of(vars(one.mesh)), one.matrix) for one in placed}
    return SurfaceFrame(frame, seen_by, passes.uv, SeenSurface.of(passes, seen_by), objects)


def without_geometry(frame: SurfaceFrame) -> SurfaceFrame:
    return replace(frame, objects={})


def noise_for(frames: Sequence[SurfaceFrame], seed: int = 0, size: int = SIZE) -> SurfaceNoise:
    """Planned over the frames."""
    return SurfaceNoise(make_shot(size), seed, plan(frames), LATENT_PIXEL)


def make_shot(size: int = SIZE) -> Shot:
    return Shot(24.0, Clip(1, 1), CHANNELS, CaptureSettings(size, size), (GROUND, BALL, TWIN))


def plan(frames: Sequence[SurfaceFrame]) -> dict[str, int]:
    """The levels of the objects' texels."""
    return planned_levels([_passes(frame) for frame in frames], (GROUND, BALL, TWIN), LATENT_PIXEL)


def _passes(frame: SurfaceFrame) -> FramePasses:
    depth, object_id = frame.seen.depth, frame.seen.object_id
    return FramePasses(depth, frame.uv, object_id, np.zeros((*depth.shape, 3), np.float32))
