"""How much the colour of each point of a surface varies over the frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.score.measure import ONE_FRAME, UNSEEN, Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.surface_texels import SeenTexels
from engine.score.view import View

UV_VARIANCE = Definition(
    "uv_variance",
    "UV variance",
    "squared sRGB value in [0, 1]",
    Better.LOWER,
    "How much the colour of a point of the surface changes from frame to frame.",
)
UV_VARIANCE_P95 = Definition(
    "uv_variance_p95",
    "UV variance, 95th percentile",
    "squared sRGB value in [0, 1]",
    Better.LOWER,
    "The same where it is worst: 95% of the surface varies less.",
)


class TexelStatistics:
    """Mean and variance of each texel of one surface, by Welford's algorithm."""

    def __init__(self, texels: SeenTexels) -> None:
        self.topology = texels.topology
        self.areas, self.side, self.columns, self.rows = texels.areas, texels.side, texels.columns, texels.rows
        self.count = np.zeros(len(self.areas), np.float32)
        self.mean = np.zeros((3, len(self.areas)), np.float32)
        self.squares = np.zeros(len(self.areas), np.float32)
        """Sum of squared distances to the mean; the mean over the three channels."""

    def add(self, which: np.ndarray, colours: np.ndarray) -> np.ndarray:
        """Adds colours (M, 3) of texels (M,), and returns what each adds to its sum of squares (M,)."""
        count = self.count.take(which) + np.float32(1)
        squares = np.zeros(len(which), np.float32)
        for channel, mean in enumerate(self.mean):
            before = mean.take(which)
            deviation = colours[:, channel] - before
            mean[which] = before + deviation / count
            squares += deviation * deviation
        squares *= (count - 1) / (3 * count)  # the distances to the old mean and to the new one differ by this
        self.count[which] = count
        self.squares[which] += squares
        return squares

    def variances(self) -> tuple[np.ndarray, np.ndarray]:
        """The numbers (M,) of the texels that were seen in two or more frames, and their unbiased variances (M,)."""
        which = np.flatnonzero(self.count >= 2)
        return which, self.squares[which] / (self.count[which] - 1)


@dataclass(frozen=True)
class SurfaceVariance:
    """Where on one surface the colour varies, for the report's heat map."""

    object_id: int
    side: int
    """Texels along a side of a UV tile."""
    columns: np.ndarray  # (M,) int32
    rows: np.ndarray  # (M,) int32, row 0 at the bottom
    variance: np.ndarray  # (M,) float32
    weight: float
    """Variance times area, summed: how much of the whole this surface is to blame for."""


class UvVariance:
    """Per texel seen in two or more frames: the unbiased variance (n - 1) of its colour over the frames that show it,
    in whatever takes: a surface should look the same after a cut, too, unlike in all that compares two frames.

    A texel's colour in a frame is that of the pixel its centre projects into (nearest pixel), as sRGB in [0, 1],
    float32; the variance is the mean of those of the three channels. `uv_variance` is the mean over texels weighted
    by the area of the surface that each stands for, in m² in the frame in which its object first appears;
    `uv_variance_p95` is the value that 95% of this area stays below. The value of a frame is the area-weighted mean
    of what its texels add to their sums of squares, whose expectation is the variance where nothing changes in kind.
    """

    def __init__(self) -> None:
        self._surfaces: dict[tuple[int, tuple[int, int]], TexelStatistics] = {}
        self._ended: list[tuple[np.ndarray, np.ndarray]] = []
        self._added = Series()
        self._frames = 0

    def add(self, view: View, pictures: Pictures) -> None:
        total = weight = 0.0
        self._frames += 1
        for texels, colours in zip(view.texels, pictures.texel_colours, strict=True):
            statistics = self._statistics(texels)
            squares = statistics.add(texels.which, colours)
            areas = texels.areas[texels.which] * (statistics.count[texels.which] >= 2)
            total += float(squares @ areas)
            weight += float(areas.sum())
        self._added.add(view.frame, total, weight)

    def _statistics(self, texels: SeenTexels) -> TexelStatistics:
        """Those of the surface; its old ones are closed where its faces have changed."""
        known = self._surfaces.get(texels.surface)
        if known is None or known.topology != texels.topology:
            if known is not None:
                self._ended.append(_weighted(known))
            known = self._surfaces[texels.surface] = TexelStatistics(texels)
        return known

    def metrics(self) -> list[Metric]:
        parts = [*self._ended, *map(_weighted, self._surfaces.values())]
        variance, areas = (
            (np.concatenate(arrays) for arrays in zip(*parts, strict=True)) if parts else (np.empty(0),) * 2
        )
        if not areas.sum() > 0:
            why_not = UNSEEN if self._frames > 1 else ONE_FRAME
            return [Metric.of(definition, None, why_not=why_not) for definition in (UV_VARIANCE, UV_VARIANCE_P95)]
        return [
            Metric.of(UV_VARIANCE, float(np.average(variance, weights=areas)), self._added.per_frame),
            Metric.of(UV_VARIANCE_P95, weighted_percentile(variance, areas, 95)),
        ]

    def surfaces(self) -> list[SurfaceVariance]:
        """What varies most first."""
        found = []
        for (object_id, _), statistics in self._surfaces.items():
            which, variance = statistics.variances()
            weight = float(variance @ statistics.areas[which])
            columns, rows = statistics.columns[which], statistics.rows[which]
            found.append(SurfaceVariance(object_id, statistics.side, columns, rows, variance, weight))
        return sorted(found, key=lambda surface: -surface.weight)


def weighted_percentile(values: np.ndarray, weights: np.ndarray, percent: float) -> float:
    """The smallest of the values that `percent` of the weight does not exceed."""
    order = np.argsort(values)
    below = np.cumsum(weights[order], dtype=np.float64)
    return float(values[order][np.searchsorted(below, percent / 100 * below[-1])])


def _weighted(statistics: TexelStatistics) -> tuple[np.ndarray, np.ndarray]:
    which, variance = statistics.variances()
    return variance, statistics.areas[which]
