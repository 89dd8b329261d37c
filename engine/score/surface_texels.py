"""The texels of every object of a shot, at a resolution that memory allows, and which of them each frame shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.surface.correspondence import SurfaceFrame
from engine.surface.object_ids import present_ids
from engine.surface.posing import Mesh, PosedObject
from engine.surface.projection import project
from engine.surface.shot_surfaces import RESOLUTION, ShotSurfaces, TexelAtlas, texel_count
from engine.surface.splatting import splat
from engine.surface.texels import SurfaceTexels

TEXEL_BUDGET = 4_000_000
"""Of all objects together; where they would have more, every texture is smaller."""


@dataclass(frozen=True, eq=False)
class SeenTexels:
    """The texels of one object, or of one of its UV tiles, that a frame shows."""

    object_id: int
    tile: tuple[int, int]
    """(0, 0) where the shot has geometry: all tiles are one texture then."""
    topology: str
    """Texels of one number are one point of the surface as long as this is the same."""
    which: np.ndarray  # (M,) int64, numbers of texels, ascending
    pixel: np.ndarray  # (M,) int64, the flat index of the pixel that each is in
    areas: np.ndarray  # (N,) float32, what every texel of the object stands for: m² where the object first appears
    side: int
    """Texels along a side of a UV tile."""
    columns: np.ndarray  # (N,) int32, of the texture
    rows: np.ndarray  # (N,) int32, row 0 at the bottom

    @property
    def surface(self) -> tuple[int, tuple[int, int]]:
        return self.object_id, self.tile


@dataclass(frozen=True, eq=False)
class TexelPair:
    """The texels of one surface that two frames show."""

    index: int
    """Of the surface among those of the later frame."""
    index_before: int
    places: np.ndarray  # (M,) int32, in `which` of the later frame
    places_before: np.ndarray  # (M,) int32


def pair_texels(texels: Sequence[SeenTexels], before: Sequence[SeenTexels]) -> list[TexelPair]:
    """Surface by surface, as long as its faces are the same."""
    known = {seen.surface: index for index, seen in enumerate(before)}
    pairs = []
    for index, seen in enumerate(texels):
        index_before = known.get(seen.surface, -1)
        if index_before >= 0 and before[index_before].topology == seen.topology:
            pairs.append(TexelPair(index, index_before, *_common(seen, before[index_before])))
    return pairs


def _common(texels: SeenTexels, before: SeenTexels) -> tuple[np.ndarray, np.ndarray]:
    place_before = np.full(len(texels.areas), -1, np.int32)
    place_before[before.which] = np.arange(len(before.which), dtype=np.int32)
    found = place_before[texels.which]
    places = np.flatnonzero(found >= 0)
    return places, found[places]


@dataclass(frozen=True, eq=False)
class _Surface:
    """What is kept of an object from frame to frame."""

    mesh: Mesh
    texels: SurfaceTexels
    positions: np.ndarray  # (N, 3) float32, object space, on `mesh`
    areas: np.ndarray  # (N,) float32


class TexelStore:
    """Finds the texels that a frame shows, at a resolution that is decided by all objects of the shot."""

    def __init__(self, shot_surfaces: ShotSurfaces) -> None:
        """Raises ShotInvalid naming a geometry file that is missing or damaged."""
        self.atlas = TexelAtlas()
        self._objects = {item.id for item in shot_surfaces.shot.objects if item.has_uv}
        self._surfaces: dict[int, _Surface] = {}
        meshes = [*shot_surfaces.stored_meshes()]
        count = sum(map(texel_count, meshes)) if meshes else RESOLUTION**2 * len(self._objects)
        self.atlas.scale = min(1.0, float(np.sqrt(TEXEL_BUDGET / max(count, 1))))

    def seen(self, frame: SurfaceFrame) -> list[SeenTexels]:
        """Per object that the frame shows, in the order of their ids."""
        ids = [number for number in present_ids(frame.seen.object_id) if number in self._objects]
        if not frame.objects:
            return [seen for number in ids for seen in self._splatted(frame, number)]
        return [self._projected(frame, frame.objects[number]) for number in ids if number in frame.objects]

    def _projected(self, frame: SurfaceFrame, posed: PosedObject) -> SeenTexels:
        surface = self._surface(posed)
        points = project(frame.camera, surface.positions, posed.matrix)
        which, pixel = frame.seen.pixels_of(posed.item.id, points)
        texels = surface.texels
        return SeenTexels(
            posed.item.id,
            (0, 0),
            posed.mesh.topology,
            which,
            pixel,
            surface.areas,
            texels.resolution,
            texels.column,
            texels.row,
        )

    def _surface(self, posed: PosedObject) -> _Surface:
        known = self._surfaces.get(posed.item.id)
        if known is not None and known.mesh is posed.mesh:
            return known
        mesh, texels = posed.mesh, self.atlas.of(posed)
        if known is not None and known.mesh.topology == mesh.topology:
            areas = known.areas
        else:
            in_world = mesh.vertices @ posed.matrix[:3, :3].T.astype(np.float32)
            areas = texels.areas(in_world, mesh.triangles, mesh.uv)
        surface = _Surface(mesh, texels, texels.positions(mesh.vertices, mesh.triangles), areas)
        self._surfaces[posed.item.id] = surface
        return surface

    def _splatted(self, frame: SurfaceFrame, object_id: int) -> list[SeenTexels]:
        side = self.atlas.resolution
        rows, columns = (places.ravel().astype(np.int32) for places in np.indices((side, side)))
        areas = np.full(side * side, 1 / side**2, np.float32)  # of the tile: how large it is in the world is not known
        return [
            SeenTexels(object_id, tile, "", which, pixel, areas, side, columns, rows)
            for tile, which, pixel in splat(frame, object_id, side)
        ]
