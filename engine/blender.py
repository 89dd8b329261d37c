"""The capture from the engine's side: it runs in Blender, in one process or in several side by side."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil

from engine.contract.errors import OverpaintError, SceneInvalid, ShotInvalid, UsageError
from engine.contract.files import make_folder, writable
from engine.contract.frames import parse_frames
from engine.contract.messages import Divided, Emit, FrameWritten, Message, Progress, Warned
from engine.contract.options import arguments_of, capture_parser
from engine.contract.shot import (
    CaptureSettings,
    Shot,
    frames_to_capture,
    missing_frames,
    passes_path,
    read_shot,
    sources_unchanged,
)
from engine.crew import Crew, Worker
from engine.finding_blender import Blender, find_blender
from engine.home import ROOT
from engine.merging import merge_parts, part_folder
from engine.setup.locking import take_lock

SCRIPT = ROOT / "addon" / "capture_scene.py"
LOG_FILE = "blender.log"
LOG_FILES = "blender*.log"
LOCK_FILE = ".overpaint-capture.lock"
CORES_EACH = 4
MEMORY_EACH = 4 << 30


def capture(blend: Path, options: argparse.Namespace, folder: Path, on_message: Emit) -> Shot:
    """Captures a .blend file into a shot folder and returns the shot; `options` are those of `capture_parser`.

    Blender is not even started where nothing is missing. What it prints goes to a log in the folder, which stays if
    Blender crashes. Raises SceneInvalid, UsageError, OutputUnwritable, OutOfMemory or BlenderMissing.
    """
    blend, folder = blend.resolve(), folder.resolve()
    if not blend.is_file():
        raise SceneInvalid(f"there is no file {blend}", "check the name of the .blend file")
    with _alone_in(folder):
        return _capture(blend, options, folder, on_message)


def _capture(blend: Path, options: argparse.Namespace, folder: Path, on_message: Emit) -> Shot:
    for log in folder.glob(LOG_FILES):  # of a capture that failed or was killed
        log.unlink()
    merge_parts(folder)  # likewise
    if shot := _complete_shot(blend, options, folder):
        return shot
    asked = {**vars(options), "blend": str(blend), "out": str(folder), "jobs": options.jobs or jobs_that_fit()}
    report = _Reports(folder, on_message)
    try:
        _capture_side_by_side(find_blender(), argparse.Namespace(**asked), report)
    except BaseException:
        with suppress(OverpaintError):  # what ended the capture is to be told; the parts wait for the next one
            merge_parts(folder)
        raise
    merge_parts(folder)
    shot = read_shot(folder)
    report.warn(shot.warnings)  # some are known only once the parts are together
    return shot


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Raises UsageError where another capture into the folder is at work. A killed one holds no lock."""
    make_folder(folder)
    path = folder / LOCK_FILE
    with writable(path):
        file = path.open("a")
    with file:
        if not take_lock(file):
            raise UsageError(f"another capture into {folder} is at work", "wait until it ends, or choose another --out")
        try:
            yield
        finally:
            with suppress(OSError):  # Windows keeps files that are open
                path.unlink()


def jobs_that_fit() -> int:
    """How many Blenders this machine has the cores and the memory for: each keeps several cores busy by itself."""
    cores, memory = psutil.cpu_count() or 1, psutil.virtual_memory().available
    return max(1, min(cores // CORES_EACH, memory // MEMORY_EACH))


def _capture_side_by_side(blender: Blender, options: argparse.Namespace, report: _Reports) -> None:
    """Runs a Blender, and as many others as it divides its frames among. Raises the first error of any of them, when
    all have ended."""
    folder = Path(options.out)
    with Crew() as crew:
        crew.start(_command(blender, options), folder / LOG_FILE)
        for worker, message in crew.messages():
            if isinstance(message, Divided):
                for number, share in enumerate(message.shares, start=2):
                    frames = parse_frames(share)
                    part = {"out": str(part_folder(folder, number)), "share": frames, "jobs": 1, "overwrite": False}
                    command = _command(blender, argparse.Namespace(**{**vars(options), **part}))
                    crew.start(command, folder / f"blender-{number}.log", len(frames))
            else:
                report(crew, worker, message)
        errors = [error for worker in crew.workers if (error := worker.error())]
    if errors:
        raise errors[0]


class _Reports:
    """Passes on what several processes tell, as if it were one."""

    def __init__(self, folder: Path, on_message: Emit) -> None:
        self._folder = folder
        self._on_message = on_message
        self._started = time.monotonic()
        self._warnings: set[str] = set()

    def __call__(self, crew: Crew, worker: Worker, message: Message) -> None:
        match message:
            case Progress() if len(crew.workers) > 1:
                worker.progress = message
                self._on_message(self._together(crew, message))
            case FrameWritten(frame):
                self._on_message(FrameWritten(frame, str(passes_path(self._folder, frame))))
            case Warned(text):
                self.warn([text])
            case Progress():
                self._on_message(message)

    def warn(self, warnings: Iterable[str]) -> None:
        """Passes on those that were not told yet."""
        for warning in warnings:
            if warning not in self._warnings:
                self._warnings.add(warning)
                self._on_message(Warned(warning))

    def _together(self, crew: Crew, message: Progress) -> Progress:
        done = sum(worker.progress.done for worker in crew.workers)
        frames = sum(worker.progress.frames for worker in crew.workers)
        eta = (time.monotonic() - self._started) / done * (frames - done) if done else None
        return replace(message, done=done, frames=frames, eta_s=eta)


def _command(blender: Blender, options: argparse.Namespace) -> list[str]:
    return blender.script_command(SCRIPT, arguments_of(capture_parser("capture"), options))


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
        names = (options.scene, options.view_layer, options.camera)
        return CaptureSettings(width, height, options.pass_scale, *names, options.enable_autoexec)
    return None
