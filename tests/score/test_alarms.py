"""When alarms are given, and that the manual says the same."""

import re
from pathlib import Path

import pytest

from engine.score.alarms import ALARMS, Alarm, Side, alarms_of
from engine.score.metric import Better, Definition, Metric

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "score.md"
ROW = re.compile(r"^\| `(\w+)` \| (below|above) ([\d.]+) \|", re.MULTILINE)


def metric_of(alarm: Alarm, value: float | None) -> dict[str, Metric]:
    return {alarm.metric: Metric(Definition(alarm.metric, "Some metric", "", Better.LOWER, ""), value)}


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.metric)
def test_an_alarm_is_given_beyond_its_limit_only(alarm: Alarm) -> None:
    inwards = 0.01 if alarm.side is Side.BELOW else -0.01
    (sentence,) = alarms_of(metric_of(alarm, alarm.limit - inwards))
    assert sentence == f"{alarm.sentence} (some metric: {alarm.limit - inwards:.2f})"
    for value in (alarm.limit, alarm.limit + inwards, None):
        assert alarms_of(metric_of(alarm, value)) == []


def test_the_manual_lists_every_limit() -> None:
    listed = {(metric, side, float(limit)) for metric, side, limit in ROW.findall(MANUAL.read_text(encoding="utf-8"))}
    assert listed == {(alarm.metric, alarm.side.value, alarm.limit) for alarm in ALARMS}


@pytest.mark.parametrize(
    ("title", "name"), [("Silhouette IoU", "silhouette IoU"), ("UV variance", "UV variance"), ("Flicker", "flicker")]
)
def test_a_title_keeps_its_abbreviations_within_a_sentence(title: str, name: str) -> None:
    assert Definition("key", title, "", Better.NEITHER, "").name == name
