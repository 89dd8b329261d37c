"""Which surface cells a frame shows, in every layer of the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.contract.shot import Shot
from engine.surface.cells import cell_levels, pixel_cells, pixel_islands
from engine.surface.correspondence import SurfaceFrame
from engine.surface.layer_cells import LayerCells, layer_cells, pixel_view_cosine
from engine.surface.passes import FramePasses
from engine.surface.shot_surfaces import TexelAtlas

FrameCells = Sequence[LayerCells]
"""Of one frame, from the layers with the finest pixels to those with the coarsest."""


class SurfaceCells:
    """The cells of a shot's frames; those of one depend on no other."""

    def __init__(
        self,
        shot: Shot,
        fineness: Mapping[str, float],  # of objects' UVs, by key, as `uv_fineness` tells it; others have no cells
        strides: Sequence[int],  # of the layers: output pixels along a side of theirs
        cell_size: float = 1.0,  # in pixels of the layers
    ) -> None:
        self._strides = strides
        self._levels = [
            {item.id: levels[item.key] for item in shot.objects if item.key in levels}
            for levels in (cell_levels(fineness, cell_size * stride) for stride in strides)
        ]
        self._atlas = TexelAtlas()

    def of(self, frame: SurfaceFrame, passes: FramePasses) -> FrameCells:
        islands = pixel_islands(frame, self._atlas.of)
        cosine = pixel_view_cosine(passes, frame.camera)
        return tuple(
            layer_cells(passes.object_id, pixel_cells(passes.object_id, passes.uv, islands, levels), cosine, stride)
            for levels, stride in zip(self._levels, self._strides, strict=True)
        )
