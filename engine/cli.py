"""The commands. Each reads its words, calls the module that does the work, and says how it ended."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from engine.contract.errors import Cancelled, OverpaintError, UsageError
from engine.contract.messages import Failed, Finished, encode
from engine.contract.options import Parser, capture_parser, generate_parser, render_parser
from engine.home import ROOT, overpaint_home
from engine.progress import make_reporter

PROGRAM = "overpaint.py"
CTRL_C = 130


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
    from engine.render import capture_with_preview

    options = capture_parser(f"{PROGRAM} capture").parse_args(words)
    return _with_reporter(lambda emit: capture_with_preview(options, emit), options)


def generate(words: Sequence[str]) -> int:
    from engine.run import generate as run_job

    options = generate_parser(f"{PROGRAM} generate").parse_args(words)
    return _with_reporter(lambda emit: run_job(options, emit), options)


def demo(words: Sequence[str]) -> int:
    parser = Parser(prog=f"{PROGRAM} demo", description="Paint the walking figure of examples/walker.blend.")
    parser.add_argument("--out", default="out/demo", metavar="FOLDER", help="default: out/demo")
    out = parser.parse_args(words).out
    scene = str(ROOT / "examples" / "walker.blend")
    return render([scene, "--prompt", "a rusty robot in a desert", "--frames", "1-24", "--out", out])


def doctor(words: Sequence[str]) -> int:
    from engine.doctor import diagnose, report

    parser = Parser(prog=f"{PROGRAM} doctor", description="Say what is installed, and what to do about what is not.")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    options = parser.parse_args(words)
    findings = diagnose(overpaint_home())
    print(report(findings, as_json=options.json))
    return 0 if all(finding.ok for finding in findings) else 69


def bench(words: Sequence[str]) -> int:
    from engine.bench.capture import bench_capture

    parser = Parser(prog=f"{PROGRAM} bench", description="Measure speed, as ratios in one run.")
    parser.add_argument("what", choices=("capture",))
    parser.parse_args(words)
    bench_capture(print)
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
    command.__name__: command for command in (render, capture, generate, demo, doctor, bench, test, serve)
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
