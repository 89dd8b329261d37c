"""Which UVs a surface is captured with: the artist's where they are unique, else others that are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .connectivity import twice_areas
from .islands import uv_islands
from .packing import pack_islands
from .unwrapping import unwrap
from .uv_uniqueness import is_unique, texture_areas

ARTIST, REPACKED, REPLACED, MADE = "artist", "repacked", "replaced", "made"
FEWEST_TRIANGLES = 4  # per island, on average: smaller islands than that are not worth keeping
SLIVER = 1e-6  # of a tile: a triangle that is no higher in the texture may be turned over by rounding errors


@dataclass(frozen=True, eq=False)
class UvLayer:
    """UVs and where they are from: as `ShotObject.uv` has it."""

    corner_uv: np.ndarray  # (C, 2) float32
    source: str


@dataclass(frozen=True, eq=False)
class BareMesh:
    """A mesh without anything on it."""

    vertices: np.ndarray  # (V, 3) float32
    corner_vertices: np.ndarray  # (C,) int32
    polygon_starts: np.ndarray  # (P,) int32
    corners: np.ndarray  # (T, 3) int32, the corners of each triangle


def choose_layer(
    mesh: BareMesh,
    artist_uv: np.ndarray | None,  # (C, 2) float32
) -> UvLayer:
    """The artist's UVs; or their islands, moved apart; or a new unwrap. The first of these that is unique."""
    if artist_uv is None:
        return UvLayer(_unwrap(mesh), MADE)
    area = np.linalg.norm(twice_areas(mesh.vertices[mesh.corner_vertices[mesh.corners]].astype(np.float64)), axis=1)
    if is_unique(artist_uv[mesh.corners], area):
        return UvLayer(artist_uv, ARTIST)
    repacked = _move_islands_apart(mesh, artist_uv) if np.isfinite(artist_uv).all() else None
    if repacked is not None and is_unique(repacked[mesh.corners], area):
        return UvLayer(repacked, REPACKED)
    return UvLayer(_unwrap(mesh), REPLACED)


def _unwrap(mesh: BareMesh) -> np.ndarray:
    return unwrap(mesh.vertices, mesh.corner_vertices, mesh.polygon_starts, mesh.corners)


def _move_islands_apart(mesh: BareMesh, artist_uv: np.ndarray) -> np.ndarray | None:
    """The artist's islands side by side: (C, 2) float32. None where there are hardly more triangles than islands.

    An island is parted where the texture is folded, as on the seam of a mirrored mesh.
    """
    uv = artist_uv[mesh.corners]
    folded = texture_areas(uv) < -SLIVER * np.ptp(uv, axis=1).max(axis=1)
    triangles = mesh.corner_vertices[mesh.corners] + len(mesh.vertices) * folded[:, None]
    island = uv_islands(triangles, uv)
    if len(island) < FEWEST_TRIANGLES * (island.max(initial=0) + 1):
        return None
    island_of_corner = np.zeros(len(artist_uv), np.int64)
    island_of_corner[mesh.corners] = island[:, None]
    return pack_islands(artist_uv.astype(np.float64), island_of_corner)
