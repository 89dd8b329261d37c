"""How far the surfaces travel: a property of the shot, without which a small error says little."""

from __future__ import annotations

import numpy as np

from engine.score.measure import NO_PAIR, UNSEEN, Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.view import View

MOTION = Definition(
    "motion",
    "Motion of the surfaces",
    "px per frame",
    Better.NEITHER,
    "How far surfaces travel in the picture from frame to frame; where it is 0, holding still is no merit.",
)


class Motion:
    """Mean distance in pixels, over the pixels of all frames that show a surface, from a pixel's centre to where its
    surface point was in the previous frame, hidden there or not. The pictures play no part in it."""

    def __init__(self) -> None:
        self._travel = Series()
        self._has_pairs = False

    def add(self, view: View, pictures: Pictures) -> None:
        if (lagged := view.warps.get("1")) is not None:
            self._has_pairs = True
            travelled = lagged.distance[np.isfinite(lagged.distance)]
            self._travel.add(view.frame, travelled.sum(dtype=float), len(travelled))

    def metrics(self) -> list[Metric]:
        why_not = UNSEEN if self._has_pairs else NO_PAIR
        return [Metric.of(MOTION, self._travel.mean, self._travel.per_frame, why_not)]
