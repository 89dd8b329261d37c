"""How sharp the frames are."""

from __future__ import annotations

from engine.score.filters import laplacian
from engine.score.measure import Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.view import View

SHARPNESS = Definition(
    "sharpness",
    "Sharpness",
    "squared luma in [0, 1]",
    Better.NEITHER,
    "How much fine detail there is, noise included; means something only against a reference.",
)
SHARPNESS_RATIO = Definition(
    "sharpness_ratio",
    "Sharpness against the reference",
    "ratio",
    Better.NEITHER,
    "1 is as sharp as the reference; far below it the frames are blurred, far above it they are noisy.",
)


class Sharpness:
    """Variance over the picture of the Laplacian of luma (four neighbours less four times the pixel, edges left out),
    the mean over frames. `sharpness_ratio` is this divided by that of the reference over the frames of both.
    """

    def __init__(self) -> None:
        self._frames = Series()

    def add(self, view: View, pictures: Pictures) -> None:
        self._frames.add(view.frame, float(laplacian(pictures.current.luma).var()), 1)

    def metrics(self) -> list[Metric]:
        return [Metric.of(SHARPNESS, self._frames.mean, self._frames.per_frame)]


def sharpness_ratio(scored: Metric | None, reference: Metric | None) -> Metric:
    """Of two `sharpness` metrics."""
    why_not = "not computed: there is no reference; give --against, or a shot with color/"
    if scored is None or reference is None:
        return Metric.of(SHARPNESS_RATIO, None, why_not=why_not)
    common = [frame for frame in scored.per_frame if reference.per_frame.get(frame, 0) > 0]
    ratios = {frame: scored.per_frame[frame] / reference.per_frame[frame] for frame in common}
    expected = sum(reference.per_frame[frame] for frame in common)
    value = sum(scored.per_frame[frame] for frame in common) / expected if expected else None
    return Metric.of(SHARPNESS_RATIO, value, ratios, why_not)
