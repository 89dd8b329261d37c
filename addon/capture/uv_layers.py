"""The UVs of a scene's surfaces, chosen once and then kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...engine.contract.hashing import content_hash
from .stored_uv import uv_at_corners
from .uv_choice import MADE, REPLACED, BareMesh, UvLayer, choose_layer

MOST_BYTES = 2**28  # of layers that are remembered


class UvLayers:
    """The layers of a scene's surfaces, chosen once and then kept.

    A surface that is only deformed is unwrapped as the artist made it. Any other is unwrapped as it lies when it is
    first seen, which is at the scene's first frame unless it is not there yet: `FrameReader` looks at that frame before
    any other. So its layer is the same whatever frames are captured, in whatever order or process. Where modifiers give
    a surface other faces, and it has no UVs of its own, deforms and appears later, its layer is that of the first frame
    that is captured of it, and is read back when an earlier capture is gone on with; processes side by side choose one
    each, and a warning says that the surface cannot be followed.
    """

    def __init__(self, stored: Mapping[str, Path] | None = None) -> None:
        """`stored` are the geometry files of an earlier capture, by the keys of its objects."""
        self._chosen: dict[str, UvLayer] = {}
        self._bytes = 0
        self._stored = stored or {}

    def choose(self, owner: str, key: str, mesh: BareMesh, artist_uv: np.ndarray | None) -> UvLayer:
        """The layer of a mesh of the object `owner`, of which one instance has this key: chosen anew only if its
        polygons or UVs were never seen."""
        seen = content_hash(owner, mesh.corner_vertices, mesh.polygon_starts, [] if artist_uv is None else artist_uv)
        if seen in self._chosen:
            return self._chosen[seen]
        layer = self._as_before(key, mesh, choose_layer(mesh, artist_uv))
        if self._bytes < MOST_BYTES:  # surfaces whose topology changes with every frame would fill the memory
            self._chosen[seen] = layer
            self._bytes += layer.corner_uv.nbytes
        return layer

    def _as_before(self, key: str, mesh: BareMesh, layer: UvLayer) -> UvLayer:
        """The layer that the earlier capture has, of those that depend on how the surface lies."""
        path = self._stored.get(key)
        if path is None or layer.source not in (MADE, REPLACED) or not path.is_file():
            return layer
        with np.load(path) as file:
            corner_uv = uv_at_corners(mesh, file["triangles"], file["uv"])
        return layer if corner_uv is None else replace(layer, corner_uv=corner_uv)
