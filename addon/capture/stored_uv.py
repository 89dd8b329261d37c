"""UVs from a geometry file, back at the corners of a mesh."""

from __future__ import annotations

import numpy as np

from .uv_choice import BareMesh


def uv_at_corners(
    mesh: BareMesh,
    triangles: np.ndarray,  # (T, 3) int32, vertices
    uv: np.ndarray,  # (T, 3, 2) float32
) -> np.ndarray | None:
    """(C, 2) float32, from UVs of triangles that the same polygons were cut into, this way or another; None where they
    are of other polygons."""
    corners = np.diff(mesh.polygon_starts, append=len(mesh.corner_vertices))  # of each polygon
    polygon = np.arange(len(corners))
    if len(triangles) != (corners - 2).sum():
        return None
    given = np.repeat(polygon, corners - 2)[:, None] * len(mesh.vertices) + triangles
    wanted = np.repeat(polygon, corners) * len(mesh.vertices) + mesh.corner_vertices
    found, first = np.unique(given, return_index=True)
    if not np.array_equal(found, np.sort(wanted)):
        return None
    return uv.reshape(-1, 2)[first[np.searchsorted(found, wanted)]]
