"""Where the surface points that pixels show are in other frames: exact, from geometry and motion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.contract.shot import Camera
from engine.surface.posing import PosedObject
from engine.surface.projection import Projected, project, unproject
from engine.surface.texels import SurfaceTexels, points_at
from engine.surface.visibility import SeenSurface

FindTexels = Callable[[PosedObject], SurfaceTexels]


@dataclass(frozen=True, eq=False)
class SurfaceFrame:
    """One frame of the shot: its camera, what it shows, and the meshes that this is of."""

    frame: int
    camera: Camera
    uv: np.ndarray  # (height, width, 2) float32, the uv pass
    seen: SeenSurface
    objects: Mapping[int, PosedObject]
    """By id; empty where the shot has no geometry."""

    def uv_at(self, pixel: np.ndarray) -> np.ndarray:
        """Under the centres of pixels given by flat indices (P,), (P, 2)."""
        return self.uv.reshape(-1, 2)[pixel]


class SurfacePoints:
    """The points of surfaces under the centres of some pixels of a frame, to be found again in other frames.

    A point of an object that only moved as a whole is carried along by its matrix; on one that changed its shape it is
    found by its UV, which no other point of the surface has, and follows the triangle that it lies on.
    """

    def __init__(
        self,
        origin: SurfaceFrame,
        pixels: np.ndarray,  # (P,) flat indices of pixels that show an object
        find_texels: FindTexels,
    ) -> None:
        self.pixels = pixels
        self._objects = origin.objects
        self._tolerance = origin.seen.tolerance.ravel()[pixels]
        self.object_id = origin.seen.object_id.ravel()[pixels]  # (P,)
        self.position = pixel_centres(pixels, origin.seen.object_id.shape[1])  # (P, 2)
        self.world = unproject(origin.camera, self.position, origin.seen.depth.ravel()[pixels].astype(np.float64))
        self._uv = origin.uv_at(pixels)
        self._find_texels = find_texels
        self._anchors: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._members = _members(self.object_id)

    def world_in(self, other: SurfaceFrame) -> np.ndarray:
        """Where the points are in another frame, (P, 3) float64; NaN for what is not there, or has other faces."""
        world = np.full_like(self.world, np.nan)
        for object_id, members in self._members.items():
            here, there = self._objects.get(object_id), other.objects.get(object_id)
            if here is None or there is None or here.mesh.topology != there.mesh.topology:
                continue
            if here.has_shape_of(there):
                motion = there.matrix @ np.linalg.inv(here.matrix)
                world[members] = _moved(motion, self.world[members])
            else:
                world[members] = self._follow_triangles(object_id, members, there)
        return world

    def project_into(self, other: SurfaceFrame) -> Projected:
        return project(other.camera, self.world_in(other))

    def _follow_triangles(self, object_id: int, members: np.ndarray, there: PosedObject) -> np.ndarray:
        triangle, known = self._anchor(object_id, members)
        points = self._on_triangles(there, triangle, members)
        points[~known] = np.nan
        return points

    def _anchor(self, object_id: int, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The triangle of each point, and whether the point that its UV names there is the one that is seen."""
        if object_id not in self._anchors:
            here = self._objects[object_id]
            texels = self._find_texels(here)
            texel = texels.find(self._uv[members])
            triangle = texels.triangle[texel] if len(texels) else np.zeros(len(texel), np.int64)
            apart = np.linalg.norm(self._on_triangles(here, triangle, members) - self.world[members], axis=-1)
            near = apart <= 2 * self._tolerance[members]
            self._anchors[object_id] = triangle, (texel >= 0) & near
        return self._anchors[object_id]

    def _on_triangles(self, posed: PosedObject, triangle: np.ndarray, members: np.ndarray) -> np.ndarray:
        corners = posed.mesh.vertices[posed.mesh.triangles[triangle]].astype(np.float64)
        return _moved(posed.matrix, points_at(self._uv[members], corners, posed.mesh.uv[triangle]))


@dataclass(frozen=True, eq=False)
class Warp:
    """Where each pixel's surface point is in another frame's picture."""

    position: np.ndarray  # (height, width, 2) float32, x and y in output pixels; NaN where there is none
    seen: np.ndarray  # (height, width) bool: seen in both, with the same object all around it in the other picture


def warp(points: SurfacePoints, other: SurfaceFrame) -> Warp:
    """From the frame of `points` to another."""
    height, width = other.seen.object_id.shape
    projected = points.project_into(other)
    position = np.full((height * width, 2), np.nan, np.float32)
    position[points.pixels] = np.where(projected.depth[:, None] > 0, projected.position, np.nan)
    seen = np.zeros(height * width, bool)
    chosen, _ = other.seen.pixels_of(points.object_id, projected)
    seen[points.pixels[chosen]] = within_object(other.seen, points.object_id[chosen], projected.position[chosen])
    return Warp(position.reshape(height, width, 2), seen.reshape(height, width))


def within_object(seen: SeenSurface, object_id: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Whether all four pixels that bilinear interpolation reads at positions (P, 2) show the object, (P,) bool."""
    height, width = seen.object_id.shape
    left, top = np.floor(position - 0.5).astype(np.int64).T
    flat = seen.object_id.ravel()
    within = np.ones(len(position), bool)
    for column, row in ((left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)):
        within &= flat[row.clip(0, height - 1) * width + column.clip(0, width - 1)] == object_id
    return within


def pixel_centres(pixels: np.ndarray, width: int) -> np.ndarray:
    """The centres (P, 2), x and y, of pixels given by flat indices (P,)."""
    return np.stack([pixels % width, pixels // width], axis=-1) + 0.5


def _members(object_id: np.ndarray) -> dict[int, np.ndarray]:
    """Which places (P,) of a list of ids hold each id."""
    counts = np.bincount(object_id)
    ids = np.flatnonzero(counts)
    small = object_id.astype(np.uint16) if len(counts) <= 1 << 16 else object_id  # those are sorted six times as fast
    groups = np.split(np.argsort(small, kind="stable"), np.cumsum(counts[ids])[:-1])
    return dict(zip(ids.tolist(), groups, strict=False))


def _moved(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points @ matrix[:3, :3].T + matrix[:3, 3]
