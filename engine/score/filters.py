"""Filters over pictures, and bilinear lookups between pixels."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

BLUR_RADIUS = 3
"""In standard deviations."""


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of (height, width) float32, in pixels; the edges are repeated outwards."""
    radius = int(np.ceil(BLUR_RADIUS * sigma))
    offsets = np.arange(-radius, radius + 1, dtype=np.float32)
    kernel = torch.from_numpy(np.exp(-((offsets / sigma) ** 2) / 2))
    kernel /= kernel.sum()
    padded = functional.pad(torch.from_numpy(image)[None, None], [radius] * 4, mode="replicate")
    rows = functional.conv2d(padded, kernel.view(1, 1, 1, -1))
    return functional.conv2d(rows, kernel.view(1, 1, -1, 1))[0, 0].numpy()


def laplacian(image: np.ndarray) -> np.ndarray:
    """(height - 2, width - 2): each inner pixel's four neighbours less four times itself."""
    inner = image[1:-1, 1:-1]
    return image[:-2, 1:-1] + image[2:, 1:-1] + image[1:-1, :-2] + image[1:-1, 2:] - 4 * inner


def gradient_length(image: np.ndarray) -> np.ndarray:
    """(height, width): the length of the gradient by central differences, per pixel."""
    down, right = np.gradient(image)
    return np.hypot(down, right)


def outline_of(object_id: np.ndarray) -> np.ndarray:
    """(height, width) bool: pixels with a neighbour to the right, left, above or below that shows another object."""
    outline = np.zeros(object_id.shape, bool)
    beside, below = object_id[:, 1:] != object_id[:, :-1], object_id[1:] != object_id[:-1]
    outline[:, 1:] |= beside
    outline[:, :-1] |= beside
    outline[1:] |= below
    outline[:-1] |= below
    return outline


def widened(mask: np.ndarray, radius: int) -> np.ndarray:
    """(height, width) bool: pixels with one of the mask's within `radius` rows and columns."""
    for axis in (0, 1):
        length = mask.shape[axis]
        sums = np.concatenate([np.zeros_like(mask.take([0], axis), np.int32), mask.cumsum(axis, np.int32)], axis)
        places = np.arange(length)
        until, since = (places + radius + 1).clip(max=length), (places - radius).clip(0)
        mask = sums.take(until, axis) > sums.take(since, axis)
    return mask


class BoxSums:
    """Sums over squares of pixels, however large, from a table of the sums over all that is above and to the left."""

    def __init__(self, image: np.ndarray) -> None:
        """`image` is (height, width, channels)."""
        height, width, channels = image.shape
        self._table = np.zeros((height + 1, width + 1, channels))
        np.cumsum(image, axis=0, dtype=np.float64, out=self._table[1:, 1:])
        np.cumsum(self._table[1:, 1:], axis=1, out=self._table[1:, 1:])

    def around(self, rows: np.ndarray, columns: np.ndarray, radius: int) -> np.ndarray:
        """(..., channels) float64 over the 2 * radius + 1 pixels square around each pixel, as far as there are any."""
        height, width = (side - 1 for side in self._table.shape[:2])
        top, bottom = (rows - radius).clip(0), (rows + radius + 1).clip(max=height)
        left, right = (columns - radius).clip(0), (columns + radius + 1).clip(max=width)
        table = self._table
        return table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]


def look_up(image: np.ndarray, position: np.ndarray) -> np.ndarray:
    """The values (P, channels) of (height, width, channels) float32 at positions (P, 2), x and y in pixels.

    Bilinear between pixel centres; beyond the outermost centres as at the edge.
    """
    height, width = image.shape[:2]
    grid = torch.from_numpy((position * np.array([2 / width, 2 / height]) - 1).astype(np.float32))
    channels_first = torch.from_numpy(image).permute(2, 0, 1)[None]
    found = functional.grid_sample(channels_first, grid[None, None], padding_mode="border", align_corners=False)
    return found[0, :, 0].T.numpy()
