"""Surfaces that are only deformed, as they are at rest: what is decided there is the same in every frame."""

from __future__ import annotations

import numpy as np

from .connectivity import twice_areas
from .uv_choice import BareMesh

COLLAPSED = 1e-2  # of its share of the posed area: a triangle that has less is as good as a line
MOST_COLLAPSED = 1e-2  # of the posed area: where more of it is, the mesh has no shape at rest


def at_rest(posed: BareMesh, made: BareMesh) -> BareMesh:
    """The mesh as the artist made it, if the posed one is nothing but that deformed; else the posed one. Nor is it
    taken where it has no shape yet, as where nodes are to put its vertices somewhere."""
    same = np.array_equal(made.corner_vertices, posed.corner_vertices) and np.array_equal(
        made.polygon_starts, posed.polygon_starts
    )
    if not same or len(made.vertices) != len(posed.vertices):
        return posed
    area, posed_area = (_shares_of_area(mesh.vertices[posed.corner_vertices[posed.corners]]) for mesh in (made, posed))
    collapsed = posed_area[area < COLLAPSED * posed_area].sum()
    return posed if collapsed > MOST_COLLAPSED else made


def _shares_of_area(
    points: np.ndarray,  # (T, 3, 3) float32
) -> np.ndarray:  # (T,) float64
    area = np.linalg.norm(twice_areas(points.astype(np.float64)), axis=1)
    return area / max(float(area.sum()), 1e-30)
