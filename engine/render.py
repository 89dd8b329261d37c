"""The whole road: a scene becomes a shot in Blender's own process, the shot becomes frames and a movie."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from engine import blender
from engine.contract.files import make_folder
from engine.contract.frames import Clip
from engine.contract.messages import Finished, Message, Progress
from engine.contract.options import job_of
from engine.contract.shot import read_shot
from engine.device import choose_device
from engine.job_models import JobModels
from engine.painting import Emit
from engine.run import generate
from engine.surface.contact_sheet import write_contact_sheet


def render(options: argparse.Namespace, emit: Emit) -> Finished:
    """Captures and paints by the options of `render_parser`. Raises OverpaintError."""
    started = time.monotonic()
    shot_folder = Path(options.out) / "shot"
    make_folder(Path(options.out))
    painting_options = argparse.Namespace(**vars(options), shot=str(shot_folder), movie=True)
    _check_look(painting_options)
    capture_scene(options, shot_folder, emit)
    finished = generate(painting_options, emit)
    return Finished(**{**vars(finished), "seconds": round(time.monotonic() - started, 2)})


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


def _check_look(options: argparse.Namespace) -> None:
    """Finds what is wrong with the prompt, the settings, the model or the device before the capture takes its time."""
    job = job_of(options, options.clip or Clip(1, 1))
    models = JobModels.of(job)
    models.check_prompt(job.prompt)
    if options.resolution:
        models.check_size(*options.resolution)
    models.fingerprint()
    choose_device(options.device)
