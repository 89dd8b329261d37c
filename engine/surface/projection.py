"""From points of the world to output pixels and planar depth, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.contract.shot import Camera


@dataclass(frozen=True)
class Projected:
    """Where points come to lie in a picture."""

    position: np.ndarray  # (N, 2) x, y in output pixels, (0, 0) the top left corner; no meaning behind the camera
    depth: np.ndarray  # (N,) planar, metres along the camera's z axis; 0 and less behind the camera

    def inside(self, width: int, height: int) -> np.ndarray:
        """(N,) bool: in front of the camera and within the picture."""
        x, y = self.position[:, 0], self.position[:, 1]
        return (self.depth > 0) & (x >= 0) & (x < width) & (y >= 0) & (y < height)


def project(camera: Camera, points: np.ndarray, object_to_world: np.ndarray | None = None) -> Projected:
    """Points (N, 3) of the world, or of an object with its matrix, in the precision that they have."""
    rows = _pixel_rows(camera)
    if object_to_world is not None:
        rows = rows @ object_to_world
    rows = rows.astype(points.dtype)
    scaled = (
        rows[:, :3] @ points.T + rows[:, 3:]
    )  # (3, N) x·depth, y·depth, depth where the camera is a perspective one
    depth = scaled[2]
    if camera.projection == "orthographic":
        return Projected(scaled[:2].T, depth)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Projected((scaled[:2] / depth).T, depth)


def unproject(camera: Camera, position: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """The points of the world (N, 3) float64 that are seen at positions (N, 2) in output pixels, at depths (N,)."""
    plane = np.column_stack([position, np.ones(len(position))]) @ np.linalg.inv(camera.intrinsics).T
    is_perspective = camera.projection == "perspective"
    in_camera = plane * depth[:, None] if is_perspective else np.column_stack([plane[:, :2], depth])
    to_world = np.linalg.inv(camera.world_to_camera)
    return in_camera @ to_world[:3, :3].T + to_world[:3, 3]


def pixel_size(camera: Camera, depth: np.ndarray) -> np.ndarray:
    """How many metres a pixel is wide at each depth, on a plane that faces the camera."""
    per_metre = np.sqrt(abs(np.linalg.det(camera.intrinsics[:2, :2])))
    return depth / per_metre if camera.projection == "perspective" else np.full_like(depth, 1 / per_metre)


def _pixel_rows(camera: Camera) -> np.ndarray:
    """(3, 4): from the world to x, y (times the depth where the camera is a perspective one) and the depth."""
    if camera.projection == "perspective":
        return camera.intrinsics @ camera.world_to_camera[:3]
    rows = camera.intrinsics @ np.vstack([camera.world_to_camera[:2], [0, 0, 0, 1]])
    return np.vstack([rows[:2], camera.world_to_camera[2]])
