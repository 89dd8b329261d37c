"""What every metric's class is: it takes a render's frames one by one, and has its numbers at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from engine.score.metric import Metric
from engine.score.pictures import Picture
from engine.score.view import View

ONE_FRAME = "not defined: there is one frame only"
NO_PAIR = "not defined: there are no two frames in a row"
UNSEEN = "not defined: no point of a surface is seen in two of the frames"


class Measure(Protocol):
    """Accumulates over the frames of one render."""

    def add(self, view: View, pictures: Pictures) -> None:
        """Takes the next frame, in their order."""

    def metrics(self) -> list[Metric]: ...


@dataclass(frozen=True, eq=False)
class Pictures:
    """One render's picture of a frame, and those of earlier frames as far as they are still needed."""

    current: Picture
    texel_colours: Sequence[np.ndarray]
    """Of the texels in each of the view's `texels`, (M, 3) float32."""
    earlier: Mapping[int, Picture]


@dataclass
class Series:
    """A mean over many samples, and over those of each frame."""

    totals: dict[int, float] = field(default_factory=dict)
    weights: dict[int, float] = field(default_factory=dict)
    """Both by frame."""

    def add(self, frame: int, total: float, weight: float) -> None:
        """`total` is a sum over samples that weigh `weight` together; nothing is added where that is 0."""
        if weight > 0:
            self.totals[frame] = self.totals.get(frame, 0.0) + float(total)
            self.weights[frame] = self.weights.get(frame, 0.0) + float(weight)

    @property
    def per_frame(self) -> dict[int, float]:
        return {frame: total / self.weights[frame] for frame, total in self.totals.items()}

    @property
    def mean(self) -> float | None:
        return sum(self.totals.values()) / sum(self.weights.values()) if self.weights else None

    @property
    def mean_of_frames(self) -> float | None:
        """Every frame counts once, however many samples it has."""
        return sum(self.per_frame.values()) / len(self.per_frame) if self.per_frame else None
