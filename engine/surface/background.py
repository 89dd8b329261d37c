"""The background as a surface: a dome without a size that turns past the camera, or a plane behind the scene."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from engine.contract.shot import Camera
from engine.surface.haar import Cells
from engine.surface.projection import Projected, pixel_size, project

MARGIN = 3
"""Cells around those under the centres of pixels, so that none is missed: a pixel is no more than two cells wide."""
PLANE_TILE = 65536.0
"""Metres along a UV tile of the plane."""


class Background(Protocol):
    """A surface with UVs that the camera sees wherever it sees no object."""

    @property
    def key(self) -> str:
        """In the place of an object's; not of letters and digits alone, as those are."""

    @property
    def pixel_uv(self) -> float:
        """How much of a UV tile a pixel takes along one side."""

    def uv(self, position: np.ndarray) -> np.ndarray:
        """What is seen at positions (N, 2) in output pixels, (N, 2) float64."""

    def project(self, uv: np.ndarray) -> Projected:
        """Where points of the background (N, 2) are in the picture."""


def background_of(camera: Camera) -> Background:
    return Dome(camera) if camera.projection == "perspective" else Plane(camera)


def cells_in_view(background: Background, position: np.ndarray, level: int) -> Cells:
    """All cells whose centres may be in the pixels with their centres at positions (P, 2), and others around them."""
    seen = background.uv(position)
    tile = Cells.at(seen, 0).code
    boxes = [_box(seen[tile == number], level) for number in np.unique(tile)]
    column, row = np.concatenate([np.zeros((2, 0), np.int64), *boxes], axis=1)
    return Cells(level, column, row)


def _box(uv: np.ndarray, level: int) -> np.ndarray:
    """Columns and rows (2, N) of a tile's cells, from the first to the last that UVs of this tile lie in."""
    side, tile = 2**level, np.floor(uv[0]).astype(np.int64)
    cells = np.floor(uv * side).astype(np.int64)
    first = (cells.min(axis=0) - MARGIN).clip(min=tile * side)
    last = (cells.max(axis=0) + MARGIN).clip(max=(tile + 1) * side - 1)
    rows, columns = np.mgrid[first[1] : last[1] + 1, first[0] : last[0] + 1]
    return np.stack([columns.ravel(), rows.ravel()])


@dataclass(frozen=True)
class Dome:
    """The directions of the world on a cube with six UV tiles side by side: a camera that only turns sees it turn.

    A face's UVs go by angles (the equi-angular cube map), so that cells are nearly as large everywhere.
    """

    camera: Camera
    key = "(dome)"

    @property
    def pixel_uv(self) -> float:
        return float(pixel_size(self.camera, np.ones(1))[0]) / (np.pi / 2)

    def uv(self, position: np.ndarray) -> np.ndarray:
        on_plane = np.column_stack([position, np.ones(len(position))])
        direction = on_plane @ np.linalg.inv(self.camera.intrinsics).T @ self.camera.world_to_camera[:3, :3]
        axis = abs(direction).argmax(axis=1)
        along, aside, above = (direction[np.arange(len(axis)), (axis + turn) % 3] for turn in range(3))
        place = np.arctan(np.stack([aside, above], axis=-1) / abs(along)[:, None]) / (np.pi / 2) + 0.5
        place = place.clip(0, np.nextafter(1, 0))
        return place + np.stack([2 * axis + (along < 0), np.zeros(len(axis))], axis=-1)

    def project(self, uv: np.ndarray) -> Projected:
        face = np.floor(uv[:, 0]).astype(np.int64)
        aside, above = np.tan((uv - np.stack([face, np.zeros(len(face))], axis=-1) - 0.5) * (np.pi / 2)).T
        direction = np.empty((len(face), 3))
        for turn, value in enumerate((1.0 - 2 * (face % 2), aside, above)):
            direction[np.arange(len(face)), (face // 2 + turn) % 3] = value
        turned = np.eye(4)
        turned[:3, :3] = self.camera.world_to_camera[:3, :3]
        return project(replace(self.camera, world_to_camera=turned), direction)


@dataclass(frozen=True)
class Plane:
    """The plane that an orthographic camera looks at, in metres along its own axes: it moves as the camera moves."""

    camera: Camera
    key = "(plane)"

    @property
    def pixel_uv(self) -> float:
        return float(pixel_size(self.camera, np.ones(1))[0]) / PLANE_TILE

    def uv(self, position: np.ndarray) -> np.ndarray:
        on_plane = np.column_stack([position, np.ones(len(position))]) @ np.linalg.inv(self.camera.intrinsics).T
        return (on_plane[:, :2] - self.camera.world_to_camera[:2, 3]) / PLANE_TILE

    def project(self, uv: np.ndarray) -> Projected:
        in_camera = np.column_stack([uv * PLANE_TILE + self.camera.world_to_camera[:2, 3], np.ones(len(uv))])
        facing = replace(self.camera, world_to_camera=np.eye(4))
        return project(facing, in_camera)
