"""The commands. Each reads its words, calls the module that does the work, and says how it ended."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from engine.contract.errors import Cancelled, OverpaintError, UsageError
from engine.contract.job import Job
from engine.contract.messages import Failed, Finished, encode
from engine.contract.options import Parser, Size, capture_parser, generate_parser, render_parser
from engine.home import ROOT, overpaint_home
from engine.progress import frame_bar, make_reporter

PROGRAM = "overpaint.py"
CTRL_C = 130
DEMO_PROMPT = "a robot made of rusty iron on sand at sunset"


def main(words: Sequence[str]) -> int:
    """Runs one command and returns its exit code; errors for people end as one sentence and what to do."""
    signal.signal(signal.SIGTERM, _cancel)
    wants_json = "--json" in words
    try:
        return _command(words)(words[1:])
    except OverpaintError as error:
        print(f"overpaint: {error.message}" + (f"; {error.hint}" if error.hint else ""), file=sys.stderr)
        if wants_json:
            print(encode(Failed.of(error)))
        return error.exit_code
    except KeyboardInterrupt:
        return CTRL_C


def render(words: Sequence[str]) -> int:
    from engine.render import render as render_scene

    options = render_parser(f"{PROGRAM} render").parse_args(words)
    return _with_reporter(lambda emit: render_scene(options, emit), options)


def capture(words: Sequence[str]) -> int:
    from engine.capturing import capture_with_preview

    options = capture_parser(f"{PROGRAM} capture").parse_args(words)
    return _with_reporter(lambda emit: capture_with_preview(options, emit), options)


def generate(words: Sequence[str]) -> int:
    from engine.run import generate as run_job

    options = generate_parser(f"{PROGRAM} generate").parse_args(words)
    return _with_reporter(lambda emit: run_job(options, emit), options)


def demo(words: Sequence[str]) -> int:
    from models.registry import registered_models

    parser = Parser(prog=f"{PROGRAM} demo", description="Paint the walking figure of examples/walker.blend.")
    parser.add_argument("--out", default="out/demo", metavar="FOLDER", help="default: out/demo")
    out = parser.parse_args(words).out
    scene = str(ROOT / "examples" / "walker.blend")
    size = str(Size(*registered_models()[Job.model].native_size))
    return render([scene, "--prompt", DEMO_PROMPT, "--frames", "1-24", "--resolution", size, "--out", out])


def doctor(words: Sequence[str]) -> int:
    from engine.doctor import diagnose, report

    parser = Parser(prog=f"{PROGRAM} doctor", description="Say what is installed, and what to do about what is not.")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    options = parser.parse_args(words)
    findings = diagnose(overpaint_home())
    print(report(findings, as_json=options.json))
    return 0 if all(finding.ok for finding in findings) else 69


def bench(words: Sequence[str]) -> int:
    from engine.bench.command import add_bench_options

    parser = Parser(prog=f"{PROGRAM} bench", description="Measure speed and quality, as ratios in one run.")
    add_bench_options(parser)
    options = parser.parse_args(words)
    options.run(options)
    return 0


def train(words: Sequence[str]) -> int:
    from models.preview.train.command import add_options, run

    parser = Parser(prog=f"{PROGRAM} train", description="Train a model; run again, it continues where it was.")
    parser.add_argument("model", choices=("preview",))
    add_options(parser)
    return run(parser.parse_args(words))


def score(words: Sequence[str]) -> int:
    from engine.score.command import add_score_options, request_of, text_of
    from engine.score.report.page import write_report
    from engine.score.score import score as score_frames

    parser = Parser(prog=f"{PROGRAM} score", description="Measure how well surfaces hold their look in some frames.")
    add_score_options(parser)
    options = parser.parse_args(words)
    with frame_bar("scoring") as on_frame:
        scores = score_frames(request_of(options, overpaint_home()), on_frame)
    if options.report:
        write_report(options.report, scores)
    print(json.dumps(scores.to_json()) if options.json else text_of(scores))
    if options.report and not options.json:
        print(f"report: {options.report}")
    return 0


def tracking(words: Sequence[str]) -> int:
    from engine.contract.shot import read_shot
    from engine.score.command import add_tracking_options
    from engine.surface.tracks import track_points

    parser = Parser(prog=f"{PROGRAM} tracking", description="Export what the shot knows about motion.")
    add_tracking_options(parser)
    options = parser.parse_args(words)
    tracks = track_points(options.shot, read_shot(options.shot), options.tracks, options.seed)
    tracks.save(options.out)
    print(f"{len(tracks.query_points)} tracks over {len(tracks.frames)} frames: {options.out}")
    return 0


def package(words: Sequence[str]) -> int:
    from engine.package import build_package

    parser = Parser(prog=f"{PROGRAM} package", description="Build the zip that Blender installs, and validate it.")
    parser.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="where to (default: here)")
    built = build_package(parser.parse_args(words).out)
    print(f"{built.files} files, {built.size / 1e6:.1f} MB: {built.path}")
    return 0


def test(words: Sequence[str]) -> int:
    import pytest

    os.chdir(ROOT)
    return int(pytest.main(list(words)))


def serve(words: Sequence[str]) -> int:
    from engine.serve import serve as serve_jobs

    Parser(prog=f"{PROGRAM} serve", description="Take jobs as JSON lines, for the add-on.").parse_args(words)
    return serve_jobs()


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    command.__name__: command
    for command in (render, capture, generate, demo, doctor, bench, train, score, tracking, package, test, serve)
}


def _command(words: Sequence[str]) -> Callable[[Sequence[str]], int]:
    if not words or words[0] not in COMMANDS:
        raise UsageError(
            f"there is no command {words[0] if words else ''!r}", f"the commands are {', '.join(COMMANDS)}"
        )
    return COMMANDS[words[0]]


def _with_reporter(work: Callable[..., Finished], options: argparse.Namespace) -> int:
    """Runs the work with progress on the terminal, then says where the results lie: all of stdout with --json."""
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, format="%(name)s: %(message)s")
    reporter = make_reporter(sys.stderr if options.json else sys.stdout)
    try:
        finished = work(reporter)
    finally:
        reporter.close()
    print(encode(finished) if options.json else _summary(finished))
    return 0


def _summary(finished: Finished) -> str:
    kept = f", {finished.kept} were there already" if finished.kept else ""
    lines = [f"{finished.written} frames in {finished.seconds:.1f} s{kept}: {finished.folder}"]
    return "\n".join([*lines, *([f"movie: {finished.movie}"] if finished.movie else [])])


def _cancel(signal_number: int, stack: object) -> NoReturn:
    raise Cancelled("ended by a signal", "run the same command again: it continues where it was")
