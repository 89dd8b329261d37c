"""Runs the engine, which lives in an environment of its own, from within Blender."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ..engine.contract.errors import EngineMissing

ROOT = Path(__file__).resolve().parent.parent
"""The repository, or the installed extension."""

FINISHED_MARK = "overpaint.json"
"""Lies in the engine's environment once everything is installed there."""


def overpaint_home() -> Path:
    """$OVERPAINT_HOME; else `.overpaint` in a checkout, and the extension's user folder in Blender."""
    if named := os.environ.get("OVERPAINT_HOME"):
        return Path(named).expanduser().resolve()
    package = __package__.rpartition(".")[0]
    if not package.startswith("bl_ext."):
        return ROOT / ".overpaint"
    import bpy

    return Path(bpy.utils.extension_path_user(package))


def find_engine() -> Path:
    """The Python of the engine's environment. Raises EngineMissing where there is none, or an unfinished one."""
    environment = overpaint_home() / "engine"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.is_file():
        raise EngineMissing(f"the engine is not installed: there is no {python}", _how_to_install())
    if not (environment / FINISHED_MARK).is_file():
        raise EngineMissing(f"the engine in {environment} is not installed completely", _how_to_install())
    return python


def run_engine(arguments: Sequence[str], on_line: Callable[[str], None] | None = None) -> int:
    """Runs `python -m engine ARGUMENTS` to its end and returns its exit code, 128 + n where signal n ended it.

    What it prints goes to `on_line`, line by line; without one, straight to where Blender prints. Raises EngineMissing.
    """
    engine = _start(find_engine(), arguments, piped=on_line is not None)
    with engine, _signals_passed_on(engine):
        if on_line and engine.stdout:
            for line in engine.stdout:
                on_line(line.rstrip("\n"))
        exit_code = engine.wait()
    return exit_code if exit_code >= 0 else 128 - exit_code


def _start(python: Path, arguments: Sequence[str], piped: bool) -> subprocess.Popen[str]:
    sys.stdout.flush()
    try:
        return subprocess.Popen(
            [str(python), "-P", "-m", "engine", *arguments],
            env=_engine_variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else None,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise EngineMissing(f"the engine's Python {python} does not start: {error}", _how_to_install()) from error


def _engine_variables() -> dict[str, str]:
    """Blender's variables without those that are meant for its own Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {"PYTHONPATH": str(ROOT), "OVERPAINT_HOME": str(overpaint_home())}


@contextmanager
def _signals_passed_on(engine: subprocess.Popen[str]) -> Iterator[None]:
    """SIGTERM goes on to the engine; Ctrl-C the terminal sends to both. Either way we wait for its end."""

    def pass_on(number: int, _: FrameType | None) -> None:
        if number == signal.SIGTERM:
            engine.send_signal(number)

    may_ask = threading.current_thread() is threading.main_thread()
    known = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)} if may_ask else {}
    handlers = {number: handler for number, handler in known.items() if handler is not None}  # None: Blender's own
    for number in handlers:
        signal.signal(number, pass_on)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _how_to_install() -> str:
    home = overpaint_home()
    where = "" if home == ROOT / ".overpaint" else f", with OVERPAINT_HOME set to {home}"
    return f"run once: python3 {ROOT / 'overpaint.py'} doctor{where}"
