"""Depth as the depth ControlNet reads it: inverse depth, near is bright, background black."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from engine.contract.errors import ShotInvalid
from engine.surface.passes import FramePasses

SAMPLES_PER_FRAME = 1 << 18
RANGE_PERCENTILES = (1, 99)


def inverse_depth_range(probe: Iterable[FramePasses]) -> tuple[float, float]:
    """Far and near end (1/metres) of what the hint shows, over all frames of a probe together.

    One range for the whole clip: with a range per frame the hint of a still surface would change as others move.
    Raises ShotInvalid where no frame shows a surface.
    """
    inverse_depths = np.concatenate([_sampled_inverse_depths(passes) for passes in probe])
    if inverse_depths.size == 0:
        raise ShotInvalid("no object is seen in any frame of the clip", "point the camera at a mesh and capture again")
    far, near = (float(value) for value in np.percentile(inverse_depths, RANGE_PERCENTILES))
    is_flat = near - far < 0.01 * near
    return (0.0 if is_flat else far), near


def depth_hint(passes: FramePasses, far: float, near: float) -> np.ndarray:
    """The ControlNet's picture of a frame, (height, width) float32 in [0, 1]."""
    inverse_depth = np.where(passes.is_surface, 1 / passes.depth, 0)
    return ((inverse_depth - far) / (near - far)).clip(0, 1).astype(np.float32)


def _sampled_inverse_depths(passes: FramePasses) -> np.ndarray:
    depths = passes.depth[passes.is_surface]
    return 1 / depths[:: 1 + depths.size // SAMPLES_PER_FRAME]
