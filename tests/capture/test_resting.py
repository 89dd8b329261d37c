"""Meshes as they are at rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from addon.capture.resting import at_rest
from addon.capture.uv_choice import BareMesh


def quad() -> BareMesh:
    return BareMesh(
        vertices=np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], np.float32),
        corner_vertices=np.arange(4, dtype=np.int32),
        polygon_starts=np.zeros(1, np.int32),
        corners=np.array([(0, 1, 2), (0, 2, 3)], np.int32),
    )


def test_what_is_only_deformed_is_as_it_was_made() -> None:
    made = quad()
    posed = replace(made, vertices=made.vertices * np.float32([3, 1, 1]) + np.float32([0, 0, 2]))
    assert at_rest(posed, made) is made


def test_what_has_other_polygons_stays_as_it_is() -> None:
    turned = replace(quad(), corner_vertices=np.array([1, 2, 3, 0], np.int32))
    assert at_rest(turned, quad()) is turned


def test_what_had_no_shape_when_it_was_made_stays_as_it_is() -> None:
    point = replace(quad(), vertices=np.zeros((4, 3), np.float32))
    folded = replace(quad(), vertices=quad().vertices[[0, 1, 2, 2]])
    for made in (point, folded):
        posed = quad()
        assert at_rest(posed, made) is posed
