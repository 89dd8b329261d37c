"""Surface cells: what a layer of the network takes for one place of a surface, in every frame that shows it.

A cell is a square of a grid over an object's UVs, as far as it lies on one UV island. About one comes to a pixel of the
layer: with much smaller ones frames would hardly ever share any, with much larger ones they would share blurs.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from engine.contract.errors import ShotInvalid
from engine.contract.shot import ShotObject
from engine.surface.correspondence import FindTexels, SurfaceFrame
from engine.surface.object_ids import present_ids
from engine.surface.passes import FramePasses
from engine.surface.posing import PosedObject
from engine.surface.texel_levels import FINEST, is_usable, pixel_areas

NO_CELL = -1
OBJECT_BITS, ISLAND_BITS, PLACE_BITS = 17, 12, 17
"""A cell is one number of 63 bits: the object's id, the island, the row and the column, from the highest bit down.

Rows and columns go on through all UDIM tiles. Of islands only the lowest bits are kept: it is enough that two of them
differ where they meet in one square.
"""
ORIGIN = 1 << (PLACE_BITS - 1)
"""The row and column of the UV origin."""
UNTOLD = 0
"""The island of pixels where it is not known, or is the only one."""
OCTAVE_PARTS = 16
OCTAVE_RANGE = 1 << 16


def uv_fineness(probe: Iterable[FramePasses], objects: Iterable[ShotObject]) -> dict[str, float]:
    """log2(1 / s) by the objects' keys, s being how much of a UV tile an output pixel takes along one side: the median
    over all pixels of the probe. Objects without UVs, or of which too little is seen to tell, are absent."""
    keys = {item.id: item.key for item in objects if item.has_uv}
    histograms = defaultdict[int, Counter[int]](Counter)
    for passes in probe:
        ids, area = pixel_areas(passes.object_id, passes.uv.astype(np.float64))
        parts = np.rint(-np.log2(area) / 2 * OCTAVE_PARTS).astype(np.int64) + OCTAVE_RANGE // 2
        pairs, counts = np.unique(ids.astype(np.int64) * OCTAVE_RANGE + parts, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            number, part = divmod(pair, OCTAVE_RANGE)
            histograms[number][part - OCTAVE_RANGE // 2] += count
    return {keys[number]: _median(shown) / OCTAVE_PARTS for number, shown in histograms.items() if number in keys}


def cell_levels(fineness: Mapping[str, float], stride: float) -> dict[str, int]:
    """The level of the cells for a layer, by the objects' keys: there are 2^level x 2^level of them to a UV tile.

    A layer's pixel is `stride` output pixels wide, and a cell about as large.
    """
    return {key: min(max(0, round(value - math.log2(stride))), FINEST) for key, value in fineness.items()}


def pixel_islands(frame: SurfaceFrame, find_texels: FindTexels) -> np.ndarray:
    """The UV island under the centre of each pixel, (height, width) int32, counted from 1; UNTOLD for objects of one
    island or without geometry.

    It is that of the texel there: where islands touch, the border between them is as exact as half a texel. A layer
    that is not the artist's is another one after the faces have changed, and so its islands have other numbers then.
    """
    height, width = frame.seen.object_id.shape
    islands = np.full(height * width, UNTOLD, np.int32)
    for number in present_ids(frame.seen.object_id):
        posed = frame.objects.get(number)
        if posed is None or not (np.ptp(posed.mesh.island) or _edition(posed)):
            continue
        pixel = np.flatnonzero(frame.seen.object_id == number)
        islands[pixel] = _edition(posed)
        pixel = pixel[is_usable(frame.uv_at(pixel))]
        texels = find_texels(posed)
        texel = texels.find(frame.uv_at(pixel))
        found = texel >= 0
        islands[pixel[found]] = _edition(posed) + posed.mesh.island[texels.triangle[texel[found]]] + 1
    return islands.reshape(height, width)


def pixel_cells(
    object_id: np.ndarray,  # (height, width) int32
    uv: np.ndarray,  # (height, width, 2) float32
    island: np.ndarray,  # (height, width) int32
    levels: Mapping[int, int],  # by the objects' ids
) -> np.ndarray:
    """The cell that each pixel's centre shows, (height, width) int64; NO_CELL for the background, objects without a
    level, and UVs that are no numbers or too far from the origin.

    Raises ShotInvalid for an object's id that has no room in a cell's number.
    """
    cells = np.full(object_id.shape, NO_CELL, np.int64)
    level = np.full(max(object_id.max(initial=0), *levels, 0) + 1, NO_CELL)
    level[list(levels)] = list(levels.values())
    shown = (level[object_id] != NO_CELL) & is_usable(uv)
    ids = object_id[shown].astype(np.int64)
    if ids.max(initial=0) >> OBJECT_BITS:
        raise ShotInvalid(
            f"the object id {ids.max()} is too high: surface cells have room for ids below {1 << OBJECT_BITS}",
            "number the objects of shot.json from 1 on, or paint with --method per-frame",
        )
    place = np.floor(np.ldexp(uv[shown].astype(np.float64), level[ids][:, None])).astype(np.int64) + ORIGIN
    has_room = (place >> PLACE_BITS == 0).all(axis=-1)
    cells[shown] = np.where(has_room, _packed(ids, island[shown], *place.T), NO_CELL)
    return cells


def _edition(posed: PosedObject) -> int:
    """What tells the layers apart that an object without UVs of its own was given in the course of a shot."""
    return 0 if posed.item.uv == ShotObject.uv else int(posed.mesh.topology[:4], 16) % (1 << ISLAND_BITS)


def objects_of(cells: np.ndarray) -> set[int]:
    """The ids of the objects that some cells, of any shape, lie on."""
    return set((np.unique(cells[cells != NO_CELL]) >> (ISLAND_BITS + 2 * PLACE_BITS)).tolist())


def _packed(object_id: np.ndarray, island: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    cell = object_id << ISLAND_BITS | island % (1 << ISLAND_BITS)
    return (cell << PLACE_BITS | row) << PLACE_BITS | column


def _median(histogram: Counter[int]) -> int:
    values = sorted(histogram)
    below = np.cumsum([histogram[value] for value in values])
    return values[np.searchsorted(below, below[-1] / 2)]
