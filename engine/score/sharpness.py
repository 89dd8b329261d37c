"""How sharp the frames are, by themselves and against references."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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


def _against(reference: str, title: str, meaning: str) -> Definition:
    return Definition(f"sharpness_to_{reference}", f"Sharpness against {title}", "ratio", Better.NEITHER, meaning)


SHARPNESS_RATIOS: Mapping[str, Definition] = MappingProxyType(
    {
        "against": _against("against", "--against", "1 is as sharp as the other render; far below it, blurred."),
        "color": _against("color", "color/", "1 is as sharp as the plain render; far below it, blurred."),
        "floor": _against(
            "floor",
            "the floor",
            "1 is as detailed as a photograph of these surfaces would be; below 0.1, blurred or soft.",
        ),
    }
)
"""By the key of the reference."""


class Sharpness:
    """Variance of the Laplacian of luma (four neighbours less four times the pixel) over the pixels that show a
    surface, those at the picture's edge left out; the mean over frames. The `sharpness_to_` ratios divide this by that
    of a reference, over the frames of both.
    """

    def __init__(self) -> None:
        self._frames = Series()

    def add(self, view: View, pictures: Pictures) -> None:
        surface = view.passes.is_surface[1:-1, 1:-1]
        if surface.any():
            self._frames.add(view.frame, float(laplacian(pictures.current.luma)[surface].var()), 1)

    def metrics(self) -> list[Metric]:
        return [Metric.of(SHARPNESS, self._frames.mean, self._frames.per_frame, "not defined: no surface is seen")]


def sharpness_ratio(definition: Definition, scored: Metric, reference: Metric) -> Metric:
    """Of two `sharpness` metrics."""
    common = [frame for frame in scored.per_frame if reference.per_frame.get(frame, 0) > 0]
    ratios = {frame: scored.per_frame[frame] / reference.per_frame[frame] for frame in common}
    expected = sum(reference.per_frame[frame] for frame in common)
    value = sum(scored.per_frame[frame] for frame in common) / expected if expected else None
    return Metric.of(definition, value, ratios, "not defined: the reference is all of one colour, or has other frames")
