"""A shot made without Blender: a ball rolling over a ground, seen by rays that are solved by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR

from engine.contract.files import atomic
from engine.contract.frames import Clip
from engine.contract.shot import (
    Camera,
    CaptureSettings,
    PassChannels,
    Shot,
    ShotFrame,
    ShotObject,
    passes_path,
    write_shot,
)

GROUND, BALL = 1, 2
RADIUS = 1.0
CAMERA_HEIGHT = 1.5
FOUR_FRAMES = Clip(1, 4)
CHANNELS = PassChannels("Depth.Z", ("UV.U", "UV.V"), "Id.X", ("Normal.X", "Normal.Y", "Normal.Z"))


def make_shot(folder: Path, clip: Clip = FOUR_FRAMES, width: int = 64, height: int = 64, pass_scale: int = 1) -> Shot:
    """Writes a shot of all frames of `clip` and returns what its shot.json holds."""
    shot = Shot(
        fps=24.0,
        clip=clip,
        channels=CHANNELS,
        capture=CaptureSettings(width, height, pass_scale),
        objects=(ShotObject(GROUND, "ground", "Ground"), ShotObject(BALL, "ball", "Ball")),
        frames={frame: ShotFrame(make_camera(width, height), f"content of {frame}") for frame in clip.frames},
        generator="synthetic",
    )
    for frame in clip.frames:
        write_passes(folder, frame, trace(shot, frame))
    write_shot(folder, shot)
    return shot


def make_camera(width: int, height: int) -> Camera:
    """At (0, 0, CAMERA_HEIGHT), looking along world y, field of view 53 degrees."""
    intrinsics = [[width, 0, width / 2], [0, width, height / 2], [0, 0, 1]]
    world_to_camera = [[1, 0, 0, 0], [0, 0, -1, CAMERA_HEIGHT], [0, 1, 0, 0], [0, 0, 0, 1]]
    return Camera("Camera", "perspective", np.array(intrinsics), np.array(world_to_camera))


def ball_centre(frame: int) -> np.ndarray:
    return np.array([0.25 * (frame % 8) - 0.5, 6.0, RADIUS])


def trace(shot: Shot, frame: int) -> dict[str, np.ndarray]:
    """The channels of a frame's passes, by rays through the sample centres."""
    scale = shot.capture.pass_scale
    rows, columns = np.indices((shot.height * scale, shot.width * scale))
    pixels = np.stack([(columns + 0.5) / scale, (rows + 0.5) / scale, np.ones(rows.shape)], axis=-1)
    camera_rays = pixels @ np.linalg.inv(shot.frames[frame].camera.intrinsics).T  # z is 1: lengths are planar depths
    rays = camera_rays @ shot.frames[frame].camera.world_to_camera[:3, :3]
    origin = np.array([0, 0, CAMERA_HEIGHT])

    with np.errstate(divide="ignore", invalid="ignore"):
        to_ground = np.where(rays[..., 2] < 0, -origin[2] / rays[..., 2], np.inf)
        a, b = (rays**2).sum(-1), rays @ (origin - ball_centre(frame))
        discriminant = b**2 - a * (((origin - ball_centre(frame)) ** 2).sum() - RADIUS**2)
        to_ball = np.where(discriminant > 0, (-b - np.sqrt(discriminant)) / a, np.inf)
    depth = np.minimum(to_ground, to_ball)
    seen = np.isfinite(depth)
    is_ball = to_ball < to_ground
    points = origin + rays * np.where(seen, depth, 0)[..., None]
    normal = np.where(is_ball[..., None], (points - ball_centre(frame)) / RADIUS, [0.0, 0.0, 1.0])
    ball_uv = np.stack([np.arctan2(normal[..., 0], -normal[..., 1]) / (2 * np.pi) + 0.5, normal[..., 2] / 2 + 0.5], -1)
    uv = np.where(is_ball[..., None], ball_uv, points[..., :2] / 100 + 0.5)
    return {
        "Depth.Z": np.where(seen, depth, 1e10),
        "UV.U": uv[..., 0],
        "UV.V": uv[..., 1],
        "Id.X": np.where(seen, np.where(is_ball, BALL, GROUND), 0),
        "Normal.X": normal[..., 0],
        "Normal.Y": normal[..., 1],
        "Normal.Z": normal[..., 2],
    }


def write_passes(folder: Path, frame: int, channels: dict[str, np.ndarray], multipart: bool = False) -> None:
    """One EXR file; multipart puts every channel into a part of its own."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    pixels = {name: np.ascontiguousarray(values, dtype=np.float32) for name, values in channels.items()}
    groups = [{name: values} for name, values in pixels.items()] if multipart else [pixels]
    parts = [OpenEXR.Part(dict(header), group, name=f"part{index}") for index, group in enumerate(groups)]
    with atomic(passes_path(folder, frame)) as temporary, OpenEXR.File(parts) as file:
        file.write(str(temporary))
