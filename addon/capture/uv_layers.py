"""The UVs of a scene's surfaces, chosen once and then kept."""

from __future__ import annotations

import numpy as np

from ...engine.contract.hashing import content_hash
from .uv_choice import BareMesh, UvLayer, choose_layer

MOST_BYTES = 2**28  # of layers that are remembered


class UvLayers:
    """The layers of a scene's surfaces, chosen once and then kept.

    A surface that deforms is unwrapped as it lies when it is first seen, which is at the scene's first frame unless it
    is not there yet: `FrameReader` looks at that frame before any other. So its layer is the same whatever frames are
    captured, in whatever order or process. Only where a surface without UVs of its own both deforms and appears later
    does its layer depend on the first frame that is captured of it.
    """

    def __init__(self) -> None:
        self._chosen: dict[str, UvLayer] = {}
        self._bytes = 0

    def choose(self, owner: str, mesh: BareMesh, artist_uv: np.ndarray | None) -> UvLayer:
        """The layer of a mesh of the object `owner`: chosen anew only if its polygons or UVs were never seen."""
        seen = content_hash(owner, mesh.corner_vertices, mesh.polygon_starts, [] if artist_uv is None else artist_uv)
        if seen in self._chosen:
            return self._chosen[seen]
        layer = choose_layer(mesh, artist_uv)
        if self._bytes < MOST_BYTES:  # surfaces whose topology changes with every frame would fill the memory
            self._chosen[seen] = layer
            self._bytes += layer.corner_uv.nbytes
        return layer
