"""How fine the texels of an object's noise are: small against a latent's pixel, wherever it is seen from closest by."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from engine.contract.shot import ShotObject
from engine.surface.object_ids import BACKGROUND, present_ids
from engine.surface.passes import FramePasses
from engine.surface.texels import uv_areas

TEXELS_ACROSS = 4
"""Along a side of a latent's pixel, at least: 16 to 64 texels in it."""
FINEST = 12
"""Of the levels of objects' texels."""
TEXEL_BUDGET = 1 << 21
"""Of one mesh."""
UV_LIMIT = 1024
"""UV tiles from the origin: what lies beyond, or is no number, has no texels."""


def texel_level(latent_pixel_uv: float) -> int:
    """The level of texels for latent pixels that take so much of a UV tile along one side."""
    return max(0, math.ceil(math.log2(TEXELS_ACROSS / latent_pixel_uv)))


def object_levels(
    object_id: np.ndarray,  # (height, width) int32
    uv: np.ndarray,  # (height, width, 2) float32
    latent_pixel: int,  # output pixels along its side
) -> dict[int, int]:
    """The level for what a frame shows of each object, by id; 0 where it shows too little of it to tell.

    The closest tenth of an object's pixels decides, but for the very closest, which may lie across a seam.
    """
    side = _pixel_sides(object_id, uv, 0.1)
    return {number: min(texel_level(uv_side * latent_pixel), FINEST) for number, uv_side in side.items()}


def sampling_levels(object_id: np.ndarray, uv: np.ndarray) -> dict[int, int]:
    """The level, for what a frame shows of each object, at which output pixels find nearly all of its texels."""
    side = _pixel_sides(object_id, uv, 0.5)
    return {number: min(max(0, math.floor(math.log2(1 / uv_side))), FINEST) for number, uv_side in side.items()}


def planned_levels(probe: Iterable[FramePasses], objects: Iterable[ShotObject], latent_pixel: int) -> dict[str, int]:
    """The finest level that any of these frames asks for, by the objects' keys."""
    keys = {item.id: item.key for item in objects}
    finest: dict[str, int] = {}
    for passes in probe:
        for number, level in object_levels(passes.object_id, passes.uv, latent_pixel).items():
            finest[keys[number]] = max(level, finest.get(keys[number], 0))
    return finest


def affordable(uv: np.ndarray, level: int) -> int:
    """The finest level up to this one at which a mesh with these UVs (T, 3, 2) has no more texels than the budget."""
    tiles = float(uv_areas(uv).sum())
    while level > 0 and tiles * 4**level > TEXEL_BUDGET:
        level -= 1
    return level


def is_usable(uv: np.ndarray) -> np.ndarray:
    """Which UVs (..., 2) are numbers within the limit, (...) bool."""
    return np.all(abs(uv) < UV_LIMIT, axis=-1)  # false for NaN


def pixel_areas(ids: np.ndarray, uv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ids and UV areas (P,) of the pixels whose neighbours to the right and below show the same object."""
    uv = np.where(is_usable(uv)[..., None], uv, np.nan)
    right, down = uv[:-1, 1:] - uv[:-1, :-1], uv[1:, :-1] - uv[:-1, :-1]
    area = abs(right[..., 0] * down[..., 1] - right[..., 1] * down[..., 0])
    here = ids[:-1, :-1]
    whole = (here != BACKGROUND) & (here == ids[:-1, 1:]) & (here == ids[1:, :-1]) & (area > 0)
    return here[whole], area[whole]


def _pixel_sides(object_id: np.ndarray, uv: np.ndarray, quantile: float) -> dict[int, float]:
    """How much of a UV tile a pixel takes along one side, by object: so much or less it is in this share of them. 1
    where no pixel has neighbours with UVs of their own."""
    ids, area = pixel_areas(object_id, uv.astype(np.float64))
    order = np.lexsort([area, ids])
    numbers, start, count = np.unique(ids[order], return_index=True, return_counts=True)
    side = np.sqrt(area[order][start + (quantile * count).astype(np.int64)])
    return dict.fromkeys(present_ids(object_id), 1.0) | dict(zip(numbers.tolist(), side.tolist(), strict=True))
