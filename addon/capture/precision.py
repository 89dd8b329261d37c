"""Where depth cannot be exact: Cycles computes with 32-bit floats, which are coarse far from the world's origin."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...engine.contract.shot import CaptureSettings
from .surfaces import FrameScene

EXACT = 1e-5  # of the depth
ROUNDING = float(np.finfo(np.float32).eps)  # of the distance from the origin, about what depth is off by


def far_from_origin(scene: FrameScene, settings: CaptureSettings) -> Iterator[str]:
    """A warning where the camera is so far away that the depth of the nearest thing in view is not exact."""
    away = float(np.linalg.norm(np.linalg.inv(scene.camera.world_to_camera)[:3, 3]))
    if away * ROUNDING > EXACT * _nearest(scene.boxes[scene.in_view(settings)]):
        yield (
            f"the camera is {away:.0f} m from the world's origin: there depth is exact to about "
            f"{away * ROUNDING * 1000:.1g} mm only; move the scene towards the origin"
        )


def _nearest(
    boxes: np.ndarray,  # (N, 8, 3) float64, camera space
) -> float:
    """How far the middle of the nearest box is from the camera, or its surface where the camera is inside, as of a
    sky or a room."""
    middles = np.linalg.norm(boxes.mean(axis=1), axis=1)
    radii = np.linalg.norm(boxes[:, 7] - boxes[:, 0], axis=1) / 2
    return float(np.maximum(middles, radii).min(initial=np.inf))
