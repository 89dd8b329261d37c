"""A texture that is known, rendered through a shot's passes: how little any render can score on it."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from engine.contract.shot import Shot
from engine.score.pictures import Picture
from engine.surface.noise import counter_normal, seed_key
from engine.surface.passes import FramePasses

SIDE = 512
"""Of the texture, which covers one UV tile and goes on seamlessly in the next."""
CONTRAST = 0.15
"""Standard deviation of each channel around mid-grey, about that of a photograph."""
LEVELS = 10
"""Level n is blurred for pixels that are 2**n of its cells wide: the last one is of one colour."""


class KnownTexture:
    """Coloured noise whose amplitude falls with the frequency, as in pictures of the world.

    Each object has it at another place. Pixels see it through a Gaussian as wide as their footprint on the UVs
    (trilinear between levels), for a render that was not filtered would flicker on its own. The background is mid-grey.
    """

    def __init__(self, shot: Shot) -> None:
        self._levels = torch.from_numpy(_levels())
        highest = max((item.id for item in shot.objects), default=0)
        self._offsets = np.zeros((highest + 1, 2), np.float32)
        for item in shot.objects:
            self._offsets[item.id] = np.random.default_rng(int.from_bytes(item.key.encode())).random(2)

    def paint(self, passes: FramePasses) -> Picture:
        """What a render of the texture shows of a frame, at the pixels' centres."""
        pixels = np.flatnonzero(passes.is_surface)
        uv = passes.uv.reshape(-1, 2)[pixels] + self._offsets[passes.object_id.ravel()[pixels]]
        level = np.log2((_footprint(passes).ravel()[pixels] * SIDE).clip(min=1))
        rgb = np.full((passes.object_id.size, 3), 0.5, np.float32)
        rgb[pixels] = self._at(uv, level)
        return Picture(rgb.reshape(*passes.object_id.shape, 3))

    def _at(self, uv: np.ndarray, level: np.ndarray) -> np.ndarray:
        """Colours (P, 3) at UVs (P, 2) and levels (P,)."""
        # The levels are one cell wider than the tile on each side, so that cells at its edges have their neighbours.
        place = ((uv % 1) * SIDE + 1) * (2 / (SIDE + 2)) - 1
        depth = (level.clip(max=LEVELS - 1) + 0.5) * (2 / LEVELS) - 1
        grid = torch.from_numpy(np.column_stack([place, depth]).astype(np.float32))
        found = functional.grid_sample(
            self._levels[None], grid[None, None, None], padding_mode="border", align_corners=False
        )
        return found[0, :, 0, 0].T.numpy()


def _levels() -> np.ndarray:
    """(3, LEVELS, SIDE + 2, SIDE + 2) float32."""
    counters = np.zeros((SIDE, SIDE, 4), np.uint32)
    counters[..., 0] = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    white = counter_normal(counters, seed_key(0))[..., :3].transpose(2, 0, 1)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE))  # cycles per cell
    with np.errstate(divide="ignore"):
        spectrum = np.fft.rfft2(white) * np.where(frequency > 0, 1 / frequency, 0)
    whole = np.fft.irfft2(spectrum, s=(SIDE, SIDE))
    spectrum *= CONTRAST / whole.std(axis=(1, 2), keepdims=True)[..., : spectrum.shape[-1]]
    levels = []
    for level in range(LEVELS):
        sigma = 0.5 * 2**level  # cells: half a pixel
        seen = np.fft.irfft2(spectrum * np.exp(-2 * (np.pi * frequency * sigma) ** 2), s=(SIDE, SIDE))
        levels.append(np.pad(seen + 0.5, [(0, 0), (1, 1), (1, 1)], mode="wrap"))
    return np.stack(levels, axis=1).clip(0, 1).astype(np.float32)


def _footprint(passes: FramePasses) -> np.ndarray:
    """How wide a pixel is on the UVs, (height, width) float32: along the longer side of its footprint, of the smaller
    of the steps to either neighbour, for one of them may lie across a seam or on another object."""
    widths = []
    for axis in (0, 1):
        step = np.linalg.norm(np.diff(passes.uv, axis=axis), axis=-1)
        step[np.diff(passes.object_id, axis=axis) != 0] = np.inf
        before, after = [(0, 0), (0, 0)], [(0, 0), (0, 0)]
        before[axis], after[axis] = (1, 0), (0, 1)
        smaller = np.minimum(*(np.pad(step, pad, constant_values=np.inf) for pad in (before, after)))
        widths.append(np.where(np.isfinite(smaller), smaller, 0))
    return np.maximum(*widths)
