"""The UVs of a scene's surfaces, chosen once and then kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...engine.contract.geometry import read_geometry
from ...engine.contract.hashing import content_hash
from ...engine.contract.layers import same_uv
from .stored_uv import uv_at_corners
from .uv_choice import ARTIST, BareMesh, UvLayer, choose_layer

MOST_BYTES = 2**28  # of layers that are remembered


@dataclass(frozen=True, eq=False)
class _Choice:
    """The layer that was chosen for some polygons with the artist's UVs."""

    artist_uv: np.ndarray | None  # (C, 2) float32
    layer: UvLayer

    def is_for(self, artist_uv: np.ndarray | None) -> bool:
        if artist_uv is None or self.artist_uv is None:
            return artist_uv is self.artist_uv
        return same_uv(artist_uv, self.artist_uv)


class UvLayers:
    """The layers of a scene's surfaces, chosen once and then kept.

    A surface that is only deformed is unwrapped as the artist made it. Any other is unwrapped as it lies when it is
    first seen, which is at the scene's first frame unless it is not there yet: `FrameReader` looks at that frame before
    any other. So its layer is the same whatever frames are captured, in whatever order or process. A layer that was
    made for a surface there stays with its polygons, even if modifiers give it other UVs in every frame.

    Where modifiers give a surface other faces, and it deforms and appears later, a layer that is made for it is that of
    the first frame that is captured of it, and is read back when an earlier capture is gone on with; processes side by
    side choose one each, and a warning says that the surface cannot be followed.
    """

    def __init__(self, stored: Mapping[str, Path] | None = None) -> None:
        """`stored` are the geometry files of an earlier capture, by the keys of its objects."""
        self._choices: defaultdict[str, list[_Choice]] = defaultdict(list)  # by owner and polygons
        self._bytes = 0
        self._stored = stored or {}

    def choose(self, owner: str, key: str, mesh: BareMesh, artist_uv: np.ndarray | None) -> UvLayer:
        """The layer of a mesh of the object `owner`, of which one instance has this key: chosen anew only if its
        polygons were never seen, or the artist's UVs are unique on them at first and then others."""
        choices = self._choices[content_hash(owner, mesh.corner_vertices, mesh.polygon_starts)]
        if choices and choices[0].layer.source != ARTIST:
            return choices[0].layer
        for choice in choices:
            if choice.is_for(artist_uv):
                return choice.layer
        layer = choose_layer(mesh, artist_uv)
        if not choices:
            layer = self._as_before(key, mesh, layer)
        if self._bytes < MOST_BYTES:  # surfaces whose topology changes with every frame would fill the memory
            choices.append(_Choice(artist_uv, layer))
            self._bytes += layer.corner_uv.nbytes
        return layer

    def _as_before(self, key: str, mesh: BareMesh, layer: UvLayer) -> UvLayer:
        """The layer that the earlier capture has of a surface, if it is the same one or was made for how that lay."""
        path = self._stored.get(key)
        if path is None or not path.is_file():
            return layer
        stored = read_geometry(path)
        corner_uv = uv_at_corners(mesh, stored["triangles"], stored["uv"])
        if corner_uv is None or (layer.source == ARTIST and not same_uv(corner_uv, layer.corner_uv)):
            return layer
        return replace(layer, corner_uv=corner_uv)
