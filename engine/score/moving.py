"""Pairs of frames between which surfaces move far enough to see what moves along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.score.lagged import LaggedWarp
from engine.score.measure import Pictures
from engine.score.pictures import Picture
from engine.score.view import View

LOOKED_AT = ("1", "10")


@dataclass
class MovingPairs:
    """Finds each frame's pairs, and remembers what there was to look at."""

    lags: set[str] = field(default_factory=set)
    pixels: int = 0
    """That moved, over all pairs."""

    def of(self, view: View, pictures: Pictures) -> Iterator[tuple[LaggedWarp, Picture]]:
        """The warps to the previous frame and to that 10 frames before, where there are any, with their pictures."""
        for lag in LOOKED_AT:
            lagged = view.warps.get(lag)
            earlier = pictures.earlier.get(lagged.frame) if lagged else None
            if lagged is not None and earlier is not None:
                self.lags.add(lag)
                self.pixels += len(lagged.moving.here)
                yield lagged, earlier

    @property
    def why_not(self) -> str:
        """Why nothing is known of what moves; empty where something does."""
        if not self.lags:
            return "not defined: no frame has another 1 or 10 frames before it"
        if self.pixels:
            return ""
        others = "1 or 10 frames" if "10" in self.lags else "1 frame, and no frame has another 10 frames before it"
        return f"not defined: nothing moves by more than 2 px in {others}"
