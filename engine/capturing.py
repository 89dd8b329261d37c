"""Captures a scene in Blender's own process; needs neither a model nor torch."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from engine import blender
from engine.contract.files import make_folder
from engine.contract.messages import Emit, Finished, Message, Progress
from engine.contract.shot import read_shot
from engine.surface.contact_sheet import write_contact_sheet


def capture_with_preview(options: argparse.Namespace, emit: Emit) -> Finished:
    """Captures by the options of `capture_parser`, and draws what was captured if they ask for it."""
    folder = Path(options.out)
    make_folder(folder)
    finished = capture_scene(options, folder, emit)
    if options.preview:
        shot = read_shot(folder)
        frames = options.frames or (options.clip or shot.clip).frames
        write_contact_sheet(folder / "preview.png", folder, shot, frames)
    return finished


def capture_scene(options: argparse.Namespace, folder: Path, emit: Emit) -> Finished:
    """Captures by the options of `add_capture_options` into a shot folder. Raises OverpaintError."""
    started = time.monotonic()
    captured = 0

    def watch(message: Message) -> None:
        nonlocal captured
        if isinstance(message, Progress):
            captured = message.done
        emit(message)

    shot = blender.capture(Path(options.blend), options, folder, watch)
    seconds = round(time.monotonic() - started, 2)
    return Finished(written=captured, kept=len(shot.frames) - captured, seconds=seconds, folder=str(folder))
