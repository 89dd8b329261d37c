"""What each pixel of a layer of the network shows, by what the output pixels show that it covers.

A layer's pixel (row, column) covers the output pixels [row * stride, (row + 1) * stride) and so on. It shows the object
that most of them show, the background being one, too, and of it the cell that most of those show; of equals the lower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.contract.shot import Camera
from engine.surface.correspondence import pixel_centres
from engine.surface.object_ids import BACKGROUND
from engine.surface.passes import FramePasses
from engine.surface.projection import unproject

OUTSIDE = -2
"""Neither an object nor a cell: does not count."""


@dataclass(frozen=True, eq=False)
class LayerCells:
    """One frame as a layer sees it."""

    cells: np.ndarray  # (height, width) int64, in the layer's pixels; NO_CELL where there is none
    visibility: np.ndarray  # (height, width) float32 in [0, 1]: how much of the pixel shows its object
    view_cosine: np.ndarray  # (height, width) float32 in [0, 1]: |n . v|, the mean over its object

    def __post_init__(self) -> None:
        expected = {"cells": np.int64, "visibility": np.float32, "view_cosine": np.float32}
        for name, dtype in expected.items():
            array = getattr(self, name)
            if array.shape != self.cells.shape or array.ndim != 2 or array.dtype != dtype:
                shape = f"{self.cells.shape} {np.dtype(dtype)}"
                raise ValueError(f"{name}: expected {shape} of two dimensions, got {array.shape} {array.dtype}")

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in the layer's pixels."""
        height, width = self.cells.shape
        return height, width


def layer_cells(
    object_id: np.ndarray,  # (height, width) int32
    cells: np.ndarray,  # (height, width) int64, as `pixel_cells` gives them at the layer's levels
    view_cosine: np.ndarray,  # (height, width) float32
    stride: int,
) -> LayerCells:
    """A layer's view of a frame; its height and width are those of the frame divided by `stride`, rounded up.

    Pixels of an object that have no cell count for the object, and among its cells as one of their own: NO_CELL.
    """
    height, width = (-(-length // stride) for length in object_id.shape)
    ids = _blocks(object_id.astype(np.int64), stride)
    shown = _most_frequent(ids)
    is_shown = ids == shown[:, None]
    cell = _most_frequent(np.where(is_shown, _blocks(cells, stride), OUTSIDE))
    count = is_shown.sum(axis=1)
    cosine = np.where(is_shown, _blocks(view_cosine, stride), 0).sum(axis=1, dtype=np.float64) / count
    visibility = count / (ids != OUTSIDE).sum(axis=1)
    return LayerCells(
        cell.reshape(height, width),
        np.where(shown == BACKGROUND, 0, visibility).astype(np.float32).reshape(height, width),
        np.where(shown == BACKGROUND, 0, cosine).astype(np.float32).reshape(height, width),
    )


def pixel_view_cosine(passes: FramePasses, camera: Camera) -> np.ndarray:
    """|n . v| under the centre of each pixel, (height, width) float32 in [0, 1]; 0 for the background and for normals
    that are no numbers."""
    height, width = passes.depth.shape
    position = pixel_centres(np.arange(height * width), width)
    near = np.ones(len(position))
    sight = unproject(camera, position, 2 * near) - unproject(camera, position, near)
    sight /= np.linalg.norm(sight, axis=-1, keepdims=True)
    normal = np.where(passes.is_surface[..., None], passes.normal, 0).reshape(-1, 3)
    cosine = np.nan_to_num(abs((normal * sight).sum(axis=-1)), nan=0, posinf=0).clip(0, 1)
    return cosine.astype(np.float32).reshape(height, width)


def _blocks(pixels: np.ndarray, stride: int) -> np.ndarray:
    """What each of a layer's pixels covers of pixels (height, width), (layer pixels, stride^2); OUTSIDE beyond them."""
    padded = np.pad(pixels, [(0, -length % stride) for length in pixels.shape], constant_values=OUTSIDE)
    rows, columns = (length // stride for length in padded.shape)
    return padded.reshape(rows, stride, columns, stride).swapaxes(1, 2).reshape(rows * columns, stride**2)


def _most_frequent(blocks: np.ndarray) -> np.ndarray:
    """The most frequent number of each row (N, M), the lowest of several, (N,); OUTSIDE is none."""
    ordered = np.sort(blocks, axis=1)
    starts_run = np.ones(ordered.shape, bool)
    starts_run[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    start = np.flatnonzero(starts_run)
    row, value = start // blocks.shape[1], ordered.ravel()[start]
    length = np.where(value == OUTSIDE, 0, np.diff(start, append=ordered.size))
    longest = np.maximum.reduceat(length, np.flatnonzero(np.diff(row, prepend=-1)))
    winner = np.flatnonzero(length == longest[row])
    return value[winner[np.diff(row[winner], prepend=-1) > 0]]
