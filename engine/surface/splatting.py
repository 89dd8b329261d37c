"""Correspondence from the passes alone, where a shot has no geometry: pixels with one UV show one point."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.surface.correspondence import SurfaceFrame, Warp, within_object
from engine.surface.texels import ROW_STRIDE, find_sorted

NEWTON_STEPS = 3
CELL = 2.0
"""How many pixels the cells are wide, roughly, in which a UV is looked for."""
FAR = 1e6
AGREEMENT = 0.75
"""Pixels: how far the point that is found may be from the UV that was looked for."""


def splat(
    frame: SurfaceFrame, object_id: int, resolution: int
) -> Iterator[tuple[tuple[int, int], np.ndarray, np.ndarray]]:
    """Per UV tile of an object: the tile, its texels that pixels show (M,), ascending, and one of these pixels each
    (M,).

    A texel is row * resolution + column; of several pixels in one, that whose UV is nearest its centre.
    """
    pixels = np.flatnonzero(frame.seen.object_id == object_id)
    uv = frame.uv.reshape(-1, 2)[pixels].astype(np.float64)
    tiles = np.floor(uv).astype(np.int64)
    for tile in np.unique(tiles, axis=0):
        here = (tiles == tile).all(axis=1)
        place = (uv[here] - tile) * resolution
        cell = np.floor(place).astype(np.int64).clip(0, resolution - 1)
        texel = cell[:, 1] * resolution + cell[:, 0]
        order = np.lexsort([abs(place - cell - 0.5).sum(axis=1), texel])
        which, first = np.unique(texel[order], return_index=True)
        yield (int(tile[0]), int(tile[1])), which, pixels[here][order][first]


def warp_by_uv(frame: SurfaceFrame, other: SurfaceFrame) -> Warp:
    """Where the pixels of a frame are in another: a pixel in the same cell of the UVs, then Newton's steps along the uv
    pass. What the other frame does not show is not known."""
    height, width = frame.seen.object_id.shape
    position = np.full((height * width, 2), np.nan, np.float32)
    seen = np.zeros(height * width, bool)
    for object_id in np.intersect1d(frame.seen.object_id, other.seen.object_id):
        if object_id:
            pixels, found, good = _find_object(frame, other, object_id)
            position[pixels[good]] = found[good]
            seen[pixels[good]] = within_object(other.seen, np.full(good.sum(), object_id), found[good])
    return Warp(position.reshape(height, width, 2), seen.reshape(height, width))


def _find_object(frame: SurfaceFrame, other: SurfaceFrame, object_id: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The object's pixels (P,), where they are in the other frame (P, 2), and whether that is so (P,)."""
    height, width = frame.seen.object_id.shape
    there = np.flatnonzero(other.seen.object_id == object_id)
    right, down, whole = _uv_steps(other, there)
    pixels = np.flatnonzero(frame.seen.object_id == object_id)
    wanted = frame.uv.reshape(-1, 2)[pixels].astype(np.float64)
    if not whole.any():
        return pixels, np.zeros((len(pixels), 2)), np.zeros(len(pixels), bool)
    cells = 1 / (CELL * np.median(np.hypot(right, down)[whole]))
    keys = _keys(other.uv.reshape(-1, 2)[there], cells)
    order = np.argsort(keys, kind="stable")
    start = find_sorted(keys[order], _keys(wanted, cells))
    good = start >= 0
    member = order[start.clip(min=0)]  # of `there`
    found = np.zeros((len(pixels), 2))
    for _ in range(NEWTON_STEPS):
        centre = np.stack([there[member] % width, there[member] // width], axis=-1) + 0.5
        residual = wanted - other.uv.reshape(-1, 2)[there[member]]
        step = _solve(right[member], down[member], residual)
        found = centre + step
        column, row = np.floor(found).astype(np.int64).T
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        next_member = find_sorted(there, np.where(inside, row * width + column, -1))
        good &= whole[member] & (next_member >= 0)
        member = np.where(next_member >= 0, next_member, member)
    return pixels, found, good & (abs(step) <= AGREEMENT).all(axis=1)


def _keys(uv: np.ndarray, cells: float) -> np.ndarray:
    column, row = np.floor(uv.astype(np.float64) * cells).astype(np.int64).T
    return row * ROW_STRIDE + column


def _uv_steps(frame: SurfaceFrame, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The change of UV one pixel to the right and one down (P, 2) each, and whether both show the object (P,)."""
    height, width = frame.seen.object_id.shape
    ids, uv = frame.seen.object_id.ravel(), frame.uv.reshape(-1, 2).astype(np.float64)
    whole = np.ones(len(pixels), bool)
    steps = []
    for limit, place, stride in ((width, pixels % width, 1), (height, pixels // width, width)):
        side = np.where(place + 1 < limit, stride, -stride)
        side = np.where(ids[pixels + side] == ids[pixels], side, -side)
        within = (place + np.sign(side) >= 0) & (place + np.sign(side) < limit)
        neighbour = np.where(within, pixels + side, pixels)
        whole &= within & (ids[neighbour] == ids[pixels])
        steps.append((uv[neighbour] - uv[pixels]) * np.sign(side)[:, None])
    return steps[0], steps[1], whole


def _solve(right: np.ndarray, down: np.ndarray, residual: np.ndarray) -> np.ndarray:
    """Pixels (P, 2) by which one has to go for the UV to change by `residual`; FAR where no way leads there."""
    determinant = right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0]
    x = residual[:, 0] * down[:, 1] - residual[:, 1] * down[:, 0]
    y = right[:, 0] * residual[:, 1] - right[:, 1] * residual[:, 0]
    flat = determinant == 0
    return np.where(flat[:, None], FAR, np.stack([x, y], axis=-1) / np.where(flat, 1, determinant)[:, None])
