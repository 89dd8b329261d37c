"""Whether the look of what moves goes along with its surface, or sticks to the screen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from engine.score.filters import look_up
from engine.score.measure import Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.view import View

LOOKED_AT = ("1", "10")
UNRELATED = 0.02
"""A correlation below it is no correlation."""

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


@dataclass
class Correlation:
    """Pearson's, of pairs that come in portions."""

    sums: defaultdict[int, np.ndarray] = field(default_factory=lambda: defaultdict(lambda: np.zeros(6)))
    """By frame."""

    def add(self, frame: int, first: np.ndarray, second: np.ndarray) -> None:
        a, b = first.astype(np.float64), second.astype(np.float64)
        self.sums[frame] += [len(a), a.sum(), b.sum(), a @ a, b @ b, a @ b]

    @property
    def value(self) -> float | None:
        return _pearson(sum(self.sums.values(), np.zeros(6)))

    @property
    def per_frame(self) -> dict[int, float]:
        values = {frame: _pearson(sums) for frame, sums in self.sums.items()}
        return {frame: value for frame, value in values.items() if value is not None}


class Sticking:
    """Over all pixels p of frame f that moved by more than 2 px since frame g (1 or 10 frames before) and were seen
    there, at q, and where p showed the same object in g, too:

    `sticking_screen` is the correlation of the high-pass residuals (luma less its Gaussian blur of 2 px) of f at p and
    of g at p, `sticking_surface` that of f at p and of g at q (bilinear), `sticking` the first divided by the second,
    with negative values taken as 0 and a divisor of at least 0.01; it is not defined where both are below 0.02.
    `motion_followed` is E_screen / (E_screen + E_surface), with E the mean squared difference of the colours of f at p
    and of g at p or q.
    """

    def __init__(self) -> None:
        self._screen, self._surface = Correlation(), Correlation()
        self._followed = Series()

    def add(self, view: View, pictures: Pictures) -> None:
        for lag in LOOKED_AT:
            lagged = view.warps.get(lag)
            earlier = pictures.earlier.get(lagged.frame) if lagged else None
            if lagged is None or earlier is None:
                continue
            here, there = lagged.moving.here, lagged.moving.there
            if not len(here):
                continue
            current = pictures.current
            residual = current.residual.ravel().take(here)
            self._screen.add(view.frame, residual, earlier.residual.ravel().take(here))
            self._surface.add(view.frame, residual, look_up(earlier.residual[..., None], there)[:, 0])
            at_pixel = _squared_difference(current.at(here), earlier.at(here))
            at_texel = _squared_difference(current.at(here), look_up(earlier.rgb, there))
            self._followed.add(view.frame, at_pixel, at_pixel + at_texel)

    def metrics(self) -> list[Metric]:
        screen, surface = self._screen.value, self._surface.value
        still = "not defined: nothing moves by more than 2 px, or what moves has no detail"
        unrelated = "not defined: fine detail stays neither on the screen nor on the surface"
        return [
            Metric.of(STICKING, _ratio(screen, surface), why_not=still if screen is None else unrelated),
            Metric.of(STICKING_SCREEN, screen, self._screen.per_frame, still),
            Metric.of(STICKING_SURFACE, surface, self._surface.per_frame, still),
            Metric.of(MOTION_FOLLOWED, self._followed.mean, self._followed.per_frame, still),
        ]


def _ratio(screen: float | None, surface: float | None) -> float | None:
    if screen is None or surface is None or max(screen, surface) < UNRELATED:
        return None
    return max(screen, 0.0) / max(surface, 0.01)


def _squared_difference(first: np.ndarray, second: np.ndarray) -> float:
    difference = (first - second).ravel()
    return float(difference @ difference)


def _pearson(sums: np.ndarray) -> float | None:
    """None where one of the two does not vary."""
    count, a, b, aa, bb, ab = sums
    spread = (count * aa - a * a) * (count * bb - b * b)
    return float((count * ab - a * b) / np.sqrt(spread)) if count > 2 and spread > 1e-12 else None
