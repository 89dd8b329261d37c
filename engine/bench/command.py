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
    what = parser.add_subparsers(dest="what", required=True, metavar="capture|score|generate|preview|consistency")
    what.add_parser("capture", help="how much slower the capture is than a bare script").set_defaults(run=_capture)
    what.add_parser("score", help="how long 200 frames take to score, and in how much memory").set_defaults(run=_score)
    generate = what.add_parser("generate", help="what it costs to let surfaces keep their look")
    generate.add_argument("--model", default="preview", metavar="NAME_OR_PATH", help="default: preview")
    generate.add_argument("--steps", type=int, default=20, help="default: 20")
    generate.set_defaults(run=_generate)
    preview = what.add_parser("preview", help="how right and how sharp the preview's pictures are")
    preview.add_argument("--model", default="preview", metavar="NAME_OR_PATH", help="default: preview")
    preview.add_argument("--images", type=int, default=96, metavar="N", help="looks to judge it on (default: 96)")
    preview.add_argument("--sheet", type=Path, metavar="FILE.png", help="draw materials by shapes, beside renders")
    preview.add_argument("--json", action="store_true", help="end with one machine-readable line")
    preview.set_defaults(run=_preview)
    consistency = what.add_parser("consistency", help="how well surfaces hold their look, part by part of the method")
    consistency.add_argument("--sweep", metavar="SETTING", help="one setting over a range, instead of the parts")
    consistency.add_argument("--scenes", metavar="NAMES", help="of examples/, with commas (default: all)")
    consistency.add_argument("--model", default="preview", metavar="NAME_OR_PATH", help="default: preview")
    consistency.add_argument("--clip", default="1-24", metavar="RANGE", help="default: 1-24")
    consistency.add_argument("--steps", type=int, default=20, help="default: 20")
    consistency.add_argument("--seeds", type=int, default=3, metavar="N", help="default: 3")
    consistency.add_argument("--work", type=Path, default=Path("out/consistency"), metavar="FOLDER", help="%(default)s")
    consistency.add_argument("--judge", action=argparse.BooleanOptionalAction, default=True, help="of materials")
    consistency.set_defaults(run=_consistency)


def _capture(options: argparse.Namespace) -> None:
    from engine.bench.capture import bench_capture

    bench_capture(print)


def _score(options: argparse.Namespace) -> None:
    from engine.bench.score import bench_score

    bench_score(print)


def _generate(options: argparse.Namespace) -> None:
    from engine.bench.generate import bench_generate

    bench_generate(options.model, options.steps, lambda line: print(line, flush=True))


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


def _consistency(options: argparse.Namespace) -> None:
    from engine.bench.consistency import ConsistencySettings, bench_consistency, table
    from engine.bench.variants import ABLATION, SCENES, SWEEPS

    named = options.scenes.split(",") if options.scenes else [scene.name for scene in SCENES]
    scenes = tuple(scene for scene in SCENES if scene.name in named)
    if unknown := set(named) - {scene.name for scene in scenes}:
        raise UsageError(f"there is no scene {min(unknown)!r}", f"choose of: {', '.join(s.name for s in SCENES)}")
    if options.sweep and options.sweep not in SWEEPS:
        raise UsageError(f"there is no sweep over {options.sweep!r}", f"choose one of: {', '.join(SWEEPS)}")
    variants = SWEEPS[options.sweep] if options.sweep else ABLATION
    settings = ConsistencySettings(
        options.model, options.clip, options.steps, options.seeds, scenes, variants, options.judge, options.work
    )
    print(table(bench_consistency(settings, overpaint_home(), print)))
