"""Paints the open scene without a window: captures it in place, then runs the engine on the shot."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import bpy

from ..engine.contract.errors import OverpaintError, UsageError
from ..engine.contract.files import make_folder
from ..engine.contract.frames import Clip
from ..engine.contract.messages import Emit, Failed, Message, Progress, Warned, encode
from ..engine.contract.options import arguments_of, generate_parser, job_of, render_parser
from . import properties
from .capture.in_place import capture_in_place
from .engine_client import find_engine, run_engine

PROGRAM = "render.py"
LOG_FILE = "blender.log"


def main(words: Sequence[str]) -> int:
    """Paints by the settings saved in the scene and the `words` that add to them. Returns the exit code."""
    try:
        return render(words)
    except OverpaintError as error:
        _complain(error, as_json="--json" in words)
        return error.exit_code


def render(words: Sequence[str]) -> int:
    """Returns the engine's exit code. Raises OverpaintError for what is wrong before the engine runs."""
    options = read_options(words)
    job_of(options, options.clip or Clip(1, 1))  # a missing prompt is better found before the capture than after it
    find_engine()
    shot = Path(options.shot)
    with _blender_speaks_to(shot / LOG_FILE) as output:
        capture_in_place(bpy.context, options, shot, _reporter(sys.stderr if options.json else output))
    return run_engine(["generate", *arguments_of(generate_parser(PROGRAM), options)])


def read_options(words: Sequence[str]) -> Namespace:
    """The scene's settings and the words together; where both speak, the words count. Raises UsageError."""
    parser = render_parser(PROGRAM, in_blender=True)
    asked = parser.parse_args(["--out=.", *words])
    with _settings_of_scenes():
        saved = properties.saved_arguments(bpy.data.scenes.get(asked.scene) or bpy.context.scene)
    if not any(word.startswith("--out") for word in (*saved, *words)):
        raise UsageError("there is no folder to paint into", "add --out FOLDER, or save one in the Overpaint settings")
    options = parser.parse_args([*saved, *words])
    out = Path(bpy.path.abspath(options.out)).resolve()
    decided = {"lora": asked.lora or options.lora, "out": str(out), "shot": str(out / "shot"), "movie": True}
    return Namespace(**{**vars(options), **decided})


@contextmanager
def _blender_speaks_to(log: Path) -> Iterator[TextIO]:
    """Sends what Blender prints, some forty lines for each frame, to a log that stays if the block fails. Yields the
    standard output, for what people want to read."""
    make_folder(log.parent)
    sys.stdout.flush()
    with log.open("w", encoding="utf-8") as file, os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(file.fileno(), 1)
        try:
            yield output
        finally:
            sys.stdout.flush()
            output.flush()
            os.dup2(output.fileno(), 1)
    log.unlink()


@contextmanager
def _settings_of_scenes() -> Iterator[None]:
    """Makes the saved settings readable where the add-on is not enabled."""
    if hasattr(bpy.types.Scene, "overpaint"):
        yield
        return
    properties.register()
    try:
        yield
    finally:
        properties.unregister()


def _reporter(output: TextIO) -> Emit:
    """One line for every captured frame, as a farm's log wants it."""

    def report(message: Message) -> None:
        if isinstance(message, Progress) and message.done:
            _say(f"captured {message.done}/{message.frames}", output)
        elif isinstance(message, Warned):
            _say(f"warning: {message.message}", sys.stderr)

    return report


def _complain(error: OverpaintError, as_json: bool) -> None:
    _say(f"overpaint: {error.message}" + (f"; {error.hint}" if error.hint else ""), sys.stderr)
    if as_json:
        _say(encode(Failed.of(error)), sys.stdout)


def _say(line: str, output: TextIO) -> None:
    output.write(f"{line}\n")
    output.flush()
