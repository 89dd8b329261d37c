"""What a person should know before believing the numbers: renders that win by standing still or by blurring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from engine.score.metric import Metric


class Side(Enum):
    """On which side of its limit a value is alarming."""

    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True)
class Alarm:
    """A limit of one metric."""

    metric: str
    side: Side
    limit: float
    sentence: str

    def is_given_for(self, value: float) -> bool:
        return value < self.limit if self.side is Side.BELOW else value > self.limit


ALARMS = (
    Alarm("motion_followed", Side.BELOW, 0.4, "the picture does not move as the surfaces do"),
    Alarm("sticking", Side.ABOVE, 0.5, "the texture sticks to the screen"),
    Alarm("sharpness_to_against", Side.BELOW, 0.5, "the frames are blurred against those they are compared with"),
    Alarm("sharpness_to_color", Side.BELOW, 0.5, "the frames are blurred against the plain render"),
    Alarm("sharpness_to_floor", Side.BELOW, 0.1, "the frames are blurred, or have little detail by nature"),
    Alarm("edge_alignment", Side.BELOW, 1.2, "the picture has no edges where the objects have outlines"),
    Alarm("silhouette_iou", Side.BELOW, 0.55, "the painted objects do not fill their outlines"),
)


def alarms_of(metrics: Mapping[str, Metric]) -> list[str]:
    """One sentence for each limit that is passed, with the value."""
    sentences = []
    for alarm in ALARMS:
        metric = metrics.get(alarm.metric)
        if metric is not None and metric.value is not None and alarm.is_given_for(metric.value):
            sentences.append(f"{alarm.sentence} ({metric.definition.name}: {metric.value:.2f})")
    return sentences
