"""The error between a frame and an earlier one, carried along by the surfaces."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.score.filters import look_up
from engine.score.measure import NO_PAIR, UNSEEN, Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.view import LAGS, View


def _definition(key: str, title: str, meaning: str) -> Definition:
    return Definition(key, title, "sRGB value in [0, 1]", Better.LOWER, meaning)


WARP_ERRORS: Mapping[str, Definition] = MappingProxyType(
    {
        "1": _definition(
            "warp_error_1", "Warp error to the previous frame", "How much the look of a surface changes in one frame."
        ),
        "10": _definition(
            "warp_error_10", "Warp error over 10 frames", "How much the look of a surface drifts in ten frames."
        ),
        "first": _definition(
            "warp_error_first",
            "Warp error to the first frame",
            "How much the look of a surface drifts from the first frame of the take.",
        ),
    }
)
NOT_THERE: Mapping[str, str] = MappingProxyType(
    {
        "1": NO_PAIR,
        "10": "not defined: no frame has another 10 frames before it",
        "first": "not defined: no frame has another before it in its take",
    }
)
WARP_COVERAGE = Definition(
    "warp_coverage",
    "Covered by the warp error",
    "share of the surface's pixels",
    Better.NEITHER,
    "How much of the surface was seen in the previous frame, too: the rest is not in the warp error.",
)


class WarpError:
    """Mean of |I_f(p) - I_g(q)| over the channels of all pixels p of frame f whose surface point was seen in frame g,
    at q, where g is the previous frame, that 10 frames before, or the first of the take (from cut to cut).

    Correspondence is exact; I_g is interpolated between four pixels. A point counts as seen where the pixel that
    holds q shows its object at its depth, and all four pixels show the object. Every pixel of every frame counts
    once; `warp_coverage` is the share of the surface's pixels that are compared with the previous frame.
    """

    def __init__(self) -> None:
        self._errors = {lag: Series() for lag in LAGS}
        self._coverage = Series()
        self._compared: set[str] = set()

    def add(self, view: View, pictures: Pictures) -> None:
        for lag, lagged in view.warps.items():
            earlier = pictures.earlier.get(lagged.frame)
            if earlier is None:
                continue
            self._compared.add(lag)
            seen = lagged.seen
            errors = abs(pictures.current.at(seen.here) - look_up(earlier.rgb, seen.there))
            self._errors[lag].add(view.frame, errors.sum(dtype=float) / 3, len(seen.here))
            if lag == "1":
                self._coverage.add(view.frame, len(seen.here), view.passes.is_surface.sum())

    def metrics(self) -> list[Metric]:
        errors = [
            Metric.of(definition, self._errors[lag].mean, self._errors[lag].per_frame, self._why_not(lag))
            for lag, definition in WARP_ERRORS.items()
        ]
        return [*errors, Metric.of(WARP_COVERAGE, self._coverage.mean, self._coverage.per_frame, self._why_not("1"))]

    def _why_not(self, lag: str) -> str:
        return UNSEEN if lag in self._compared else NOT_THERE[lag]
