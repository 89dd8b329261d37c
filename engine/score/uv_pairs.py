"""The error between the textures that adjacent frames show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.score.measure import NO_PAIR, UNSEEN, Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.view import View

UV_MSE = Definition(
    "uv_mse",
    "UV-MSE of adjacent frames",
    "squared sRGB value in [0, 1]",
    Better.LOWER,
    "How much the textures seen in two frames in a row differ; comparable with published tables.",
)


class UvPairs:
    """Adjacent-pair UV-MSE: two frames in a row are lifted to one texture of 600x600 per object; the mean of the
    squared differences of sRGB values in [0, 1] over the channels of all texels visible in both, then the mean over
    pairs.

    Texels are not weighted, every pair counts once: an object that is seen small counts as much as one seen large, and
    each of its pixels as often as it has texels. A cut or a missing frame ends a pair. The value of a frame is that of
    the pair which it ends. Comparable with published tables only where textures have 600x600 texels. In published
    tables single-frame ControlNet has 0.0763, a rendered texture 0.0040.
    """

    def __init__(self) -> None:
        self._frame: int | None = None
        self._colours: Sequence[np.ndarray] = ()
        self._pairs = Series()
        self._has_pairs = False

    def add(self, view: View, pictures: Pictures) -> None:
        colours = pictures.texel_colours
        if view.previous is not None and view.previous == self._frame:
            self._has_pairs = True
            total, count = 0.0, 0
            for pair in view.texel_pairs:
                here = colours[pair.index].take(pair.places, axis=0)
                before = self._colours[pair.index_before].take(pair.places_before, axis=0)
                difference = (here - before).ravel()
                total += float(difference @ difference)
                count += len(difference)
            self._pairs.add(view.frame, total, count)
        self._frame, self._colours = view.frame, colours

    def metrics(self) -> list[Metric]:
        why_not = UNSEEN if self._has_pairs else NO_PAIR
        return [Metric.of(UV_MSE, self._pairs.mean_of_frames, self._pairs.per_frame, why_not)]
