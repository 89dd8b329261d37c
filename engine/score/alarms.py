"""What a person should know before believing the numbers: renders that win by standing still or by blurring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.score.metric import Metric


@dataclass(frozen=True)
class Alarm:
    """A limit of one metric."""

    metric: str
    is_beyond: Callable[[float], bool]
    sentence: str


ALARMS = (
    Alarm("motion_followed", lambda value: value < 0.4, "the picture does not move as the surfaces do"),
    Alarm("sticking", lambda value: value > 0.5, "the texture sticks to the screen"),
    Alarm(
        "sharpness_to_against", lambda value: value < 0.5, "the frames are blurred against those they are compared with"
    ),
    Alarm("sharpness_to_color", lambda value: value < 0.5, "the frames are blurred against the plain render"),
    Alarm("sharpness_to_floor", lambda value: value < 0.1, "the frames are blurred, or have little detail by nature"),
    Alarm("edge_alignment", lambda value: value < 1.2, "the picture has no edges where the objects have outlines"),
    Alarm("silhouette_iou", lambda value: value < 0.55, "the painted objects do not fill their outlines"),
)


def alarms_of(metrics: Mapping[str, Metric]) -> list[str]:
    """One sentence for each limit that is passed, with the value."""
    sentences = []
    for alarm in ALARMS:
        metric = metrics.get(alarm.metric)
        if metric is not None and metric.value is not None and alarm.is_beyond(metric.value):
            sentences.append(f"{alarm.sentence} ({metric.definition.title.lower()}: {metric.value:.2f})")
    return sentences
