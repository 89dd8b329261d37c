"""Whether a point of a surface is seen in a frame, or hidden by something nearer: by object id and depth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.contract.shot import Camera
from engine.surface.passes import FramePasses
from engine.surface.projection import Projected, pixel_size

GRAZING = 0.05
"""The slope is taken for no steeper than that of a surface at 87 degrees to the line of sight."""


@dataclass(frozen=True, eq=False)
class SeenSurface:
    """What a frame shows, as far as it tells which points are seen.

    A point is seen where the pixel that it projects into shows its object, at its depth. The passes were sampled at
    the pixel's centre, and the point lies beside it: so the surface is continued to there as the plane that its normal
    says, and has to come within the width of a pixel of the point. What is hidden just behind a silhouette passes,
    too: of all points that pass, 1 to 5 in a hundred.
    """

    object_id: np.ndarray  # (height, width) int32
    depth: np.ndarray  # (height, width) float32
    slope: np.ndarray  # (2, height, width) float32, metres of depth per pixel to the right and down
    tolerance: np.ndarray  # (height, width) float32, metres: the width of a pixel

    @classmethod
    def of(cls, passes: FramePasses, camera: Camera) -> SeenSurface:
        depth = np.where(passes.is_surface, passes.depth, 0)
        tolerance = pixel_size(camera, depth).astype(np.float32)
        return cls(passes.object_id, passes.depth, depth_slope(passes, camera), tolerance)

    def pixels_of(
        self,
        object_id: int | np.ndarray,  # one for all points, or (N,)
        points: Projected,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Which points are seen (M,), and the flat index (M,) of the pixel that each of these is in."""
        height, width = self.object_id.shape
        chosen = np.flatnonzero(points.inside(width, height))
        x, y = (points.position[:, axis].take(chosen) for axis in (0, 1))
        column, row = x.astype(np.int32), y.astype(np.int32)
        pixel = row * width + column
        wanted = object_id if np.isscalar(object_id) else np.asarray(object_id).take(chosen)
        same = np.flatnonzero(self.object_id.ravel().take(pixel) == wanted)
        chosen, pixel = chosen.take(same), pixel.take(same)
        right, down = ((place - cell - 0.5).take(same) for place, cell in ((x, column), (y, row)))
        depth, slope_right, slope_down, tolerance = (
            values.ravel().take(pixel) for values in (self.depth, *self.slope, self.tolerance)
        )
        off = points.depth.take(chosen) - (depth + slope_right * right + slope_down * down)
        near = np.flatnonzero(abs(off) <= tolerance)
        return chosen.take(near), pixel.take(near)


def depth_slope(passes: FramePasses, camera: Camera) -> np.ndarray:
    """By how many metres the surface lies deeper one pixel to the right and one down, (2, height, width) float32."""
    normal = passes.normal @ camera.world_to_camera[:3, :3].T.astype(np.float32)  # in camera space
    steps = np.linalg.inv(camera.intrinsics)[:, :2].astype(np.float32)  # (3, 2): how far a pixel goes at depth 1
    towards = (normal * _lines_of_sight(camera, *passes.depth.shape)).sum(axis=-1)
    towards = np.where(towards < 0, towards.clip(max=-GRAZING), towards.clip(min=GRAZING))
    scale = np.where(passes.is_surface, passes.depth, 0) if camera.projection == "perspective" else 1
    return np.moveaxis(normal @ steps, -1, 0) * (-scale / towards)


def _lines_of_sight(camera: Camera, height: int, width: int) -> np.ndarray:
    """The direction in which each pixel's centre looks, (height, width, 3) in camera space, z being 1."""
    if camera.projection == "orthographic":
        return np.broadcast_to(np.array([0, 0, 1], np.float32), (height, width, 3))
    rows, columns = np.indices((height, width), np.float32) + 0.5
    to_plane = np.linalg.inv(camera.intrinsics).T.astype(np.float32)
    return np.stack([columns, rows, np.ones_like(rows)], axis=-1) @ to_plane
