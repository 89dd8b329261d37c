"""The options of `bench`, and what each bench is called with. Benches are imported when they run: torch is slow."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from engine.contract.errors import UsageError
from engine.home import overpaint_home


def add_bench_options(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="capture|score|preview")
    what.add_parser("capture", help="how much slower the capture is than a bare script").set_defaults(run=_capture)
    what.add_parser("score", help="how long 200 frames take to score, and in how much memory").set_defaults(run=_score)
    preview = what.add_parser("preview", help="how right and how sharp the preview's pictures are")
    preview.add_argument("--model", default="preview", metavar="NAME_OR_PATH", help="default: preview")
    preview.add_argument("--images", type=int, default=96, metavar="N", help="looks to judge it on (default: 96)")
    preview.add_argument("--sheet", type=Path, metavar="FILE.png", help="draw materials by shapes, beside renders")
    preview.add_argument("--json", action="store_true", help="end with one machine-readable line")
    preview.set_defaults(run=_preview)


def _capture(options: argparse.Namespace) -> None:
    from engine.bench.capture import bench_capture

    bench_capture(print)


def _score(options: argparse.Namespace) -> None:
    from engine.bench.score import bench_score

    bench_score(print)


def _preview(options: argparse.Namespace) -> None:
    from engine.bench.preview import bench_preview

    if options.images < 1:
        raise UsageError(f"--images must be 1 or more, got {options.images}", "96 is a good number")

    def tell(line: str) -> None:
        print(line, file=sys.stderr if options.json else sys.stdout, flush=True)

    judgements = bench_preview(options.model, options.images, overpaint_home(), tell, options.sheet)
    for judgement in judgements:
        tell(str(judgement))
    if options.json:
        print(json.dumps([asdict(judgement) | {"passed": judgement.passed} for judgement in judgements]))
