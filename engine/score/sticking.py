"""Whether the look of what moves goes along with its surface, or sticks to the screen."""

from __future__ import annotations

import numpy as np

from engine.score.correlation import Correlation
from engine.score.filters import look_up
from engine.score.lagged import PixelPairs
from engine.score.measure import Pictures
from engine.score.metric import Better, Definition, Metric
from engine.score.moving import MovingPairs
from engine.score.pictures import Picture
from engine.score.view import View

UNRELATED = 0.05
"""A correlation that exceeds another by less is no better, however many pixels it is of."""
CHANCE = 12.0
"""Nor is one that exceeds it by less than this over the root of the number of pixels: four standard deviations of the
correlation of unrelated detail, blurred by up to 2 px."""
INVISIBLE = 1 / 255
"""Detail of a smaller standard deviation."""

STICKING = Definition(
    "sticking",
    "Texture sticking",
    "ratio of correlations",
    Better.LOWER,
    "Whether the texture of what moves sticks to the screen (1 and more) or goes with the surface (near 0).",
)
STICKING_SCREEN = Definition(
    "sticking_screen",
    "Correlation at the same pixel",
    "correlation",
    Better.NEITHER,
    "How much the fine detail of what moves resembles that at its place on the screen; soft detail always does.",
)
STICKING_SURFACE = Definition(
    "sticking_surface",
    "Correlation at the same texel",
    "correlation",
    Better.NEITHER,
    "How much the fine detail of what moves resembles that at its place on the surface; grain hides the likeness.",
)


class Sticking:
    """Over all pixels p of frame f that moved by more than 2 px since frame g (1 or 10 frames before) and were seen
    there, at q, and where p showed the same object in g, too; p and q also have to lie 6 px and more from every outline
    of both frames, for outlines do not go with the surface of what turns.

    Of the high-pass residuals R (luma less its Gaussian blur of 2 px), `sticking_screen` is the correlation of R_f at p
    and R_g at p, `sticking_surface` that of R_f at p and R_g at q (bilinear). Soft detail resembles itself a few pixels
    on, whatever it sticks to: that is the correlation of R_f at p and R_f at q, at least 0, and `sticking` is what the
    first exceeds it by, divided by what the second does. A first that exceeds it by less than chance counts as 0, and
    the divisor as at least 0.01. It is not defined where neither exceeds it by that much, nor where R_f has a standard
    deviation below 1/255, which nobody sees. Chance is 0.05, or 12 / √n where that is more, over n pixels.
    """

    def __init__(self) -> None:
        self._screen, self._surface, self._alike = Correlation(), Correlation(), Correlation()
        self._moving = MovingPairs()

    def add(self, view: View, pictures: Pictures) -> None:
        for lagged, earlier in self._moving.of(view, pictures):
            self._correlate(view.frame, lagged.moving_inside, pictures.current, earlier)

    def _correlate(self, frame: int, pairs: PixelPairs, current: Picture, earlier: Picture) -> None:
        residual = current.residual.ravel().take(pairs.here)
        both = look_up(np.dstack([earlier.residual, current.residual]), pairs.there)
        self._screen.add(frame, residual, earlier.residual.ravel().take(pairs.here))
        self._surface.add(frame, residual, both[:, 0])
        self._alike.add(frame, residual, both[:, 1])

    def metrics(self) -> list[Metric]:
        screen, surface, alike = self._screen.value, self._surface.value, self._alike.value
        why_not, ratio = self._why_not(), None
        if screen is None or surface is None or alike is None or self._screen.spread < INVISIBLE:
            why_not = why_not or "not defined: what moves has no fine detail"
        else:
            ratio = sticking_ratio(screen, surface, alike, self._screen.count)
        nowhere = "not defined: fine detail stays neither on the screen nor on the surface, or is wider than the motion"
        return [
            Metric.of(STICKING, ratio, why_not=why_not or nowhere),
            Metric.of(STICKING_SCREEN, screen, self._screen.per_frame, why_not),
            Metric.of(STICKING_SURFACE, surface, self._surface.per_frame, why_not),
        ]

    def _why_not(self) -> str:
        """What there is not enough of; empty where something moves."""
        if self._moving.why_not or self._screen.count:
            return self._moving.why_not
        return "not defined: whatever moves by more than 2 px is within 6 px of an outline"


def sticking_ratio(screen: float, surface: float, alike: float, count: int) -> float | None:
    """Of correlations over `count` pixels; None where neither tells what the detail goes with."""
    chance = max(UNRELATED, CHANCE / np.sqrt(count))
    on_screen, on_surface = screen - max(alike, 0.0), surface - max(alike, 0.0)
    if max(on_screen, on_surface) < chance:
        return None
    return on_screen / max(on_surface, 0.01) if on_screen >= chance else 0.0
