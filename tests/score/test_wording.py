"""What is said of metrics without a value."""

from collections.abc import Mapping
from pathlib import Path

from engine.contract.shot import read_shot
from engine.score.metric import Better, Definition, Metric
from engine.score.scores import RenderScores, Scores
from engine.score.wording import formatted, reasons_of

FLICKER, STICKING, DRIFT = (
    Definition(title.lower(), title, "", Better.LOWER, "") for title in ("Flicker", "Sticking", "Drift")
)
STILL, NO_TRACKS = "not defined: nothing stands still", "not computed: no tracks were asked for"


def scores_of(shot_folder: Path, renders: Mapping[str, list[Metric]]) -> Scores:
    found = [
        RenderScores(title, title, {metric.definition.key: metric for metric in metrics}, [])
        for title, metrics in renders.items()
    ]
    shot = read_shot(shot_folder)
    return Scores(shot_folder, shot, (1,), "geometry", 600, tuple(found), {}, {}, (), (), "")


def test_a_reason_names_the_renders_that_it_is_of_unless_it_is_of_all(example_shot: Path) -> None:
    without = Metric.of(DRIFT, None, why_not=NO_TRACKS)
    renders = {
        "frames": [Metric.of(FLICKER, None, why_not=STILL), Metric.of(STICKING, None, why_not=STILL), without],
        "floor": [Metric.of(FLICKER, 0.1), Metric.of(STICKING, 0.1), without],
    }
    said = [f"Flicker, Sticking (frames): {STILL}", f"Drift: {NO_TRACKS}"]
    assert reasons_of(scores_of(example_shot, renders)) == said


def test_no_value_is_never_written_as_zero() -> None:
    assert formatted(Metric.of(FLICKER, None, why_not=STILL)) == "undefined"
    assert formatted(Metric.of(DRIFT, None, why_not=NO_TRACKS)) == "-"
    assert formatted(Metric.of(FLICKER, 0.0)) == "0"
    assert formatted(Metric.of(FLICKER, 0.00012345)) == "0.000123"
