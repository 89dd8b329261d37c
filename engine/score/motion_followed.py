"""Whether the picture moves as the surfaces do: a guard, for a picture that stands still would win otherwise."""

from __future__ import annotations

import numpy as np

from engine.score.filters import look_up
from engine.score.measure import Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.moving import MovingPairs
from engine.score.view import View

ROUNDING = 1e-10
"""Of bilinear lookups: the squared difference that they make of one colour."""

MOTION_FOLLOWED = Definition(
    "motion_followed",
    "Motion followed",
    "share",
    Better.HIGHER,
    "Whether the picture moves as the surfaces do: 1 entirely, 0.5 unrelated, 0 not at all, as a frozen picture.",
)


class MotionFollowed:
    """E_screen / (E_screen + E_surface), where E is the mean squared difference of the colours of frame f at pixel p
    and of frame g, 1 or 10 frames before, at p (screen) or at q (surface, bilinear), where p's surface point was in g.

    Over all pixels of all frames that moved by more than 2 px since g, were seen there, and showed the same object in
    g, too.
    """

    def __init__(self) -> None:
        self._moving = MovingPairs()
        self._followed = Series()

    def add(self, view: View, pictures: Pictures) -> None:
        for lagged, earlier in self._moving.of(view, pictures):
            here, there = lagged.moving.here, lagged.moving.there
            colours = pictures.current.at(here)
            at_pixel = _squared_difference(colours, earlier.at(here))
            at_texel = _squared_difference(colours, look_up(earlier.rgb, there))
            if at_pixel + at_texel > ROUNDING * len(here):
                self._followed.add(view.frame, at_pixel, at_pixel + at_texel)

    def metrics(self) -> list[Metric]:
        why_not = self._moving.why_not or "not defined: what moves is all of one colour"
        return [Metric.of(MOTION_FOLLOWED, self._followed.mean, self._followed.per_frame, why_not)]


def _squared_difference(first: np.ndarray, second: np.ndarray) -> float:
    difference = (first - second).ravel()
    return float(difference @ difference)
