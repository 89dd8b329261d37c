"""How values, and reasons for having none, are put into words: for the terminal and for the report."""

from __future__ import annotations

from collections import defaultdict

from engine.score.metric import Metric
from engine.score.scores import Scores


def formatted(metric: Metric) -> str:
    """A value to read, or the first words of why there is none."""
    if metric.value is None:
        return "undefined" if metric.why_not.startswith("not defined") else "-"
    return f"{metric.value:.3g}" if abs(metric.value) < 1000 else f"{metric.value:.0f}"


def reasons_of(scores: Scores) -> list[str]:
    """Which metrics have no value and why, one line for each reason; a metric that has one in other renders names those
    in which it has none."""
    titles: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for key, metric in _all_metrics(scores).items():
        lacking: defaultdict[str, list[str]] = defaultdict(list)
        shown = [render for render in scores.renders if key in render.metrics]
        for render in shown:
            lacking[render.metrics[key].why_not].append(render.title)
        lacking.pop("", None)
        for reason, renders in lacking.items():
            which = f" ({', '.join(renders)})" if len(renders) < len(shown) else ""
            titles[reason, which].append(metric.definition.title)
    return [f"{', '.join(of)}{which}: {reason}" for (reason, which), of in titles.items()]


def _all_metrics(scores: Scores) -> dict[str, Metric]:
    """One of each key."""
    return {key: metric for render in scores.renders for key, metric in render.metrics.items()}
