"""What changes where nothing moves."""

from __future__ import annotations

from engine.score.measure import NO_PAIR, Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.view import View

FLICKER = Definition(
    "flicker",
    "Flicker",
    "sRGB value in [0, 1]",
    Better.LOWER,
    "How much the picture changes from frame to frame where nothing moves.",
)


class Flicker:
    """Mean of |I_f(p) - I_(f-1)(p)| over the channels of all pixels p that stand still: those whose surface point moved
    by less than 0.05 px since the previous frame and was seen there, and the background where the camera did not move.
    Every such pixel of every frame counts once.
    """

    def __init__(self) -> None:
        self._changes = Series()
        self._has_pairs = False

    def add(self, view: View, pictures: Pictures) -> None:
        before = pictures.earlier.get(view.previous) if view.previous is not None else None
        if before is None or view.still is None:
            return
        self._has_pairs = True
        changes = abs(pictures.current.rgb[view.still] - before.rgb[view.still])
        self._changes.add(view.frame, changes.sum(dtype=float) / 3, view.still.sum())

    def metrics(self) -> list[Metric]:
        why_not = "not defined: nothing stands still" if self._has_pairs else NO_PAIR
        return [Metric.of(FLICKER, self._changes.mean, self._changes.per_frame, why_not)]
