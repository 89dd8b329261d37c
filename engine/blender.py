"""Blender from the engine's side: which one there is, and the capture that runs in a process of its own."""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.contract.errors import BlenderMissing, OutOfMemory, OverpaintError, SceneInvalid, ShotInvalid, from_kind
from engine.contract.files import writable
from engine.contract.messages import Failed, Finished, Message, decode
from engine.contract.options import arguments_of, capture_parser
from engine.contract.shot import (
    CaptureSettings,
    Shot,
    frames_to_capture,
    missing_frames,
    read_shot,
    sources_unchanged,
)
from engine.home import ROOT, overpaint_home
from engine.setup.blenders import OLDEST_BLENDER, blender_version, installed_blenders
from engine.setup.system import ask, clean_variables

SCRIPT = ROOT / "addon" / "capture_scene.py"
LOG_FILE = "blender.log"
KILLED = 9  # the signal by which a system without memory ends processes
PATIENCE = 10.0  # seconds for a Blender that is told to end
HINT = "install Blender 4.2 or newer, or set OVERPAINT_BLENDER to one; `overpaint.py render` fetches Blender's module"


@dataclass(frozen=True)
class Blender:
    """A Blender that can be started."""

    command: tuple[str, ...]
    version: str
    is_wheel: bool
    """Whether it is a Python with Blender's module, and no `blender`."""

    def script_command(self, script: Path, words: list[str]) -> list[str]:
        options = ["-P"] if self.is_wheel else ["-b", "--factory-startup", "--python-exit-code", "1", "-P"]
        return [*self.command, *options, str(script), "--", *words]


def find_blender(explicit: str | None = None) -> Blender:
    """The Blender to use: the one named, by argument or in OVERPAINT_BLENDER; else an installed one; else the module.

    What is named may be a `blender` or a Python with Blender's module. Raises BlenderMissing.
    """
    if named := explicit or os.environ.get("OVERPAINT_BLENDER"):
        return _named(named)
    memory = overpaint_home() / "blenders.json"
    for command in installed_blenders():
        version = blender_version(command, memory)
        if version >= OLDEST_BLENDER:
            return Blender((str(command),), ".".join(map(str, version)), is_wheel=False)
    bin_folder = overpaint_home() / "bpy" / ("Scripts" if os.name == "nt" else "bin")
    wheel = _wheel(bin_folder / ("python.exe" if os.name == "nt" else "python"))
    if wheel is None:
        raise BlenderMissing("no Blender was found on this machine", HINT)
    return wheel


def capture(blend: Path, options: argparse.Namespace, folder: Path, on_message: Callable[[Message], None]) -> Shot:
    """Captures a .blend file into a shot folder and returns the shot; `options` are those of `capture_parser`.

    Blender is not even started where nothing is missing. What it prints goes to a log in the folder, which stays if
    Blender crashes. Raises SceneInvalid, UsageError, OutputUnwritable, OutOfMemory or BlenderMissing.
    """
    blend, folder = blend.resolve(), folder.resolve()
    if not blend.is_file():
        raise SceneInvalid(f"there is no file {blend}", "check the name of the .blend file")
    if shot := _complete_shot(blend, options, folder):
        return shot
    wanted = argparse.Namespace(**{**vars(options), "blend": str(blend), "out": str(folder)})
    words = arguments_of(capture_parser("capture"), wanted)
    _run_capture(find_blender().script_command(SCRIPT, words), folder / LOG_FILE, on_message)
    return read_shot(folder)


def _complete_shot(blend: Path, options: argparse.Namespace, folder: Path) -> Shot | None:
    """The folder's shot, if it holds all that the options ask for of the scene as it is now."""
    try:
        shot = read_shot(folder)
    except ShotInvalid:
        return None
    clip = options.clip or shot.clip
    wanted = frames_to_capture(options.frames or clip.frames, clip)
    complete = (
        not options.overwrite
        and shot.capture == _settings(options, shot)
        and not missing_frames(folder, shot, wanted)
        and sources_unchanged(shot, blend)
    )
    return shot if complete else None


def _settings(options: argparse.Namespace, shot: Shot) -> CaptureSettings | None:
    """What is asked for, None where it makes no sense: Blender's process says so."""
    width, height = options.resolution or shot.scene_size or (shot.width, shot.height)
    with suppress(ValueError):
        return CaptureSettings(width, height, options.pass_scale, options.scene, options.view_layer, options.camera)
    return None


def _run_capture(command: list[str], log: Path, on_message: Callable[[Message], None]) -> None:
    """Runs Blender to its end. Raises the error that it reports, or one that names the log."""
    with writable(log):
        log.parent.mkdir(parents=True, exist_ok=True)
        log_file = log.open("wb", buffering=0)
    last: Message | None = None
    with log_file, _process(command, log_file) as process:
        for last in _messages(process, log_file):
            if not isinstance(last, (Finished, Failed)):
                on_message(last)
        exit_code = process.wait()
    error = from_kind(last.kind, last.message, last.hint) if isinstance(last, Failed) else None
    if not isinstance(last, (Finished, Failed)) or type(error) is OverpaintError:
        raise _crash(exit_code, log) from error
    log.unlink()
    if error:
        raise error


@contextmanager
def _process(command: list[str], log: IO[bytes]) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the block, whatever ends the block."""
    try:
        process = subprocess.Popen(
            command,
            env=clean_variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise BlenderMissing(f"{command[0]} does not start: {(error.strerror or str(error)).lower()}", HINT) from error
    with process:
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()


def _messages(process: subprocess.Popen[str], log: IO[bytes]) -> Iterator[Message]:
    """What the process tells on its output; what Blender prints there before the script runs goes to the log."""
    assert process.stdout
    for line in process.stdout:
        try:
            message = decode(line)
        except ValueError:
            with suppress(OSError):  # a full disk is for the capture to report
                log.write(line.encode())
            continue
        yield message


def _crash(exit_code: int, log: Path) -> OverpaintError:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    how = f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with exit code {exit_code}"
    message = f"Blender {how}" + (f" after {lines[-1].strip()!r}" if lines else "")
    if exit_code == -KILLED:
        return OutOfMemory(message, "free some memory, then run the same command again: finished frames are kept")
    return SceneInvalid(message, f"see {log}; finished frames are kept")


def _named(name: str) -> Blender:
    command = Path(name).expanduser()
    if wheel := _wheel(command) if command.name.startswith("python") else None:
        return wheel
    version = blender_version(command, overpaint_home() / "blenders.json") if command.is_file() else ()
    if version < OLDEST_BLENDER:
        found = f"is Blender {'.'.join(map(str, version))}" if version else "is no Blender that starts"
        raise BlenderMissing(f"{name} {found}", HINT)
    return Blender((str(command),), ".".join(map(str, version)), is_wheel=False)


def _wheel(python: Path) -> Blender | None:
    version = ask(python, "-c", "from importlib.metadata import version; print(version('bpy'))")
    return Blender((str(python),), version, is_wheel=True) if version else None
