"""The options of `score` and `tracking`, and what they say."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from engine.contract.errors import UsageError
from engine.score.scores import RenderScores, Scores
from engine.score.sources import NO_MODEL, TRACKS, ScoreRequest
from engine.score.wording import formatted, reasons_of

COLUMN = 11


def add_score_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shot", metavar="SHOT", type=Path, help="a shot folder")
    parser.add_argument("frames", metavar="FRAMES", type=Path, help="a folder of pictures, or a job's folder")
    parser.add_argument("--against", type=Path, metavar="DIR", help="another render of the shot, to compare with")
    parser.add_argument("--report", type=Path, metavar="FILE.html", help="write a page to look at")
    parser.add_argument("--json", action="store_true", help="everything as one JSON object on stdout")
    parser.add_argument("--tracks", type=_count, default=TRACKS, metavar="N", help="points to follow (default: 256)")
    parser.add_argument("--clip", type=Path, metavar="FOLDER", help="a CLIP model (default: a local model named clip…)")
    parser.add_argument(
        "--model",
        default="",
        metavar="NAME_OR_PATH",
        help=f"whose VAE the floor goes through (default: that of the frames' job; {NO_MODEL}: leave it out)",
    )


def request_of(options: argparse.Namespace, home: Path) -> ScoreRequest:
    return ScoreRequest(
        options.shot, options.frames, home, options.against, options.tracks, options.clip, options.model
    )


def add_tracking_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("points",), help="points: exact tracks of surface points")
    parser.add_argument("shot", metavar="SHOT", type=Path, help="a shot folder")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.npz", help="where the tracks go")
    parser.add_argument("--tracks", type=_count, default=TRACKS, metavar="N", help="points to follow (default: 256)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other points (default: 0)")


def text_of(scores: Scores) -> str:
    """The numbers as a table, with alarms and warnings: what `score` prints."""
    return "\n".join(_lines(scores))


def _lines(scores: Scores) -> Iterator[str]:
    yield f"{len(scores.frames)} frames over {scores.shot_folder}, correspondence from {scores.correspondence}"
    yield f"{'':32}" + "".join(f"{render.title:>{COLUMN}}" for render in scores.renders)
    for key, metric in scores.renders[0].metrics.items():
        values = "".join(f"{_value(render, key):>{COLUMN}}" for render in scores.renders)
        yield f"{metric.definition.title:32}{values}  {metric.definition.unit}; {metric.definition.better.value}"
    yield from reasons_of(scores)
    if scores.clip_model:
        yield f"CLIP: {scores.clip_model}"
    for key, why in scores.not_scored.items():
        yield f"{key}: not computed: {why}"
    for kind, sentences in (("alarm", scores.alarms), ("warning", scores.warnings)):
        yield from (f"{kind}: {sentence}" for sentence in sentences)


def _value(render: RenderScores, key: str) -> str:
    metric = render.metrics.get(key)
    if metric is None:
        return "-"
    return formatted(metric)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"{text!r} is not a number of tracks", "write 256, say, or 0 for none")
    return int(text)
