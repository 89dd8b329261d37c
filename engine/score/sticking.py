"""Whether the look of what moves goes along with its surface, or sticks to the screen."""

from __future__ import annotations

import numpy as np

from engine.score.correlation import Correlation
from engine.score.filters import look_up
from engine.score.lagged import PixelPairs
from engine.score.measure import Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.pictures import Picture
from engine.score.view import View

LOOKED_AT = ("1", "10")
UNRELATED = 0.05
"""A correlation that exceeds another by less is no better."""
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
    Better.LOWER,
    "How much the fine detail of what moves stays at its place on the screen.",
)
STICKING_SURFACE = Definition(
    "sticking_surface",
    "Correlation at the same texel",
    "correlation",
    Better.HIGHER,
    "How much the fine detail of what moves stays at its place on the surface.",
)
MOTION_FOLLOWED = Definition(
    "motion_followed",
    "Motion followed",
    "share",
    Better.HIGHER,
    "Whether the picture moves as the surfaces do: 1 entirely, 0.5 unrelated, 0 not at all, as a frozen picture.",
)


class Sticking:
    """Over all pixels p of frame f that moved by more than 2 px since frame g (1 or 10 frames before) and were seen
    there, at q, and where p showed the same object in g, too:

    `motion_followed` is E_screen / (E_screen + E_surface), with E the mean squared difference of the colours of f at p
    and of g at p or q. For the others p and q also have to lie 6 px and more from every outline of both frames, for
    outlines do not go with the surface of what turns. Of the high-pass residuals R (luma less its Gaussian blur of
    2 px), `sticking_screen` is the correlation of R_f at p and R_g at p, `sticking_surface` that of R_f at p and R_g
    at q (bilinear). Soft detail resembles itself a few pixels on, whatever it sticks to: that is the correlation of
    R_f at p and R_f at q, and `sticking` is what the first exceeds it by, divided by what the second does, with
    negative values taken as 0 and a divisor of at least 0.01. It is not defined where neither exceeds it by 0.05, nor
    where R_f has a standard deviation below 1/255, which nobody sees.
    """

    def __init__(self) -> None:
        self._screen, self._surface, self._alike = Correlation(), Correlation(), Correlation()
        self._followed = Series()
        self._lags: set[str] = set()
        self._moving = 0

    def add(self, view: View, pictures: Pictures) -> None:
        for lag in LOOKED_AT:
            lagged = view.warps.get(lag)
            earlier = pictures.earlier.get(lagged.frame) if lagged else None
            if lagged is not None and earlier is not None:
                self._lags.add(lag)
                self._correlate(view.frame, lagged.moving_inside, pictures.current, earlier)
                self._follow(view.frame, lagged.moving, pictures.current, earlier)

    def _correlate(self, frame: int, pairs: PixelPairs, current: Picture, earlier: Picture) -> None:
        residual = current.residual.ravel().take(pairs.here)
        both = look_up(np.dstack([earlier.residual, current.residual]), pairs.there)
        self._screen.add(frame, residual, earlier.residual.ravel().take(pairs.here))
        self._surface.add(frame, residual, both[:, 0])
        self._alike.add(frame, residual, both[:, 1])

    def _follow(self, frame: int, pairs: PixelPairs, current: Picture, earlier: Picture) -> None:
        self._moving += len(pairs.here)
        colours = current.at(pairs.here)
        at_pixel = _squared_difference(colours, earlier.at(pairs.here))
        at_texel = _squared_difference(colours, look_up(earlier.rgb, pairs.there))
        self._followed.add(frame, at_pixel, at_pixel + at_texel)

    def metrics(self) -> list[Metric]:
        screen, surface = self._screen.value, self._surface.value
        why_not = self._why_not()
        nowhere = "not defined: fine detail stays neither on the screen nor on the surface, or is wider than the motion"
        return [
            Metric.of(STICKING, self._ratio(), why_not=why_not or nowhere),
            Metric.of(STICKING_SCREEN, screen, self._screen.per_frame, why_not),
            Metric.of(STICKING_SURFACE, surface, self._surface.per_frame, why_not),
            Metric.of(MOTION_FOLLOWED, self._followed.mean, self._followed.per_frame, why_not),
        ]

    @property
    def _has_detail(self) -> bool:
        values = self._screen.value, self._surface.value, self._alike.value
        return None not in values and self._screen.spread >= INVISIBLE

    def _ratio(self) -> float | None:
        screen, surface, alike = self._screen.value, self._surface.value, self._alike.value
        if screen is None or surface is None or alike is None or not self._has_detail:
            return None
        if max(screen, surface) - alike < UNRELATED:
            return None
        return max(screen - alike, 0.0) / max(surface - alike, 0.01)

    def _why_not(self) -> str:
        """What there is not enough of; empty where detail moves."""
        if not self._lags:
            return "not defined: no frame has another 1 or 10 frames before it"
        if not self._moving:
            others = "1 or 10 frames" if "10" in self._lags else "1 frame, and no frame has another 10 frames before it"
            return f"not defined: nothing moves by more than 2 px in {others}"
        if not self._screen.count:
            return "not defined: whatever moves by more than 2 px is within 6 px of an outline"
        return "" if self._has_detail else "not defined: what moves has no fine detail"


def _squared_difference(first: np.ndarray, second: np.ndarray) -> float:
    difference = (first - second).ravel()
    return float(difference @ difference)
