"""The whole road: a scene becomes a shot in Blender's own process, the shot becomes frames and a movie."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from engine.capturing import capture_scene
from engine.contract.files import make_folder
from engine.contract.frames import Clip
from engine.contract.messages import Emit, Finished
from engine.contract.options import job_of
from engine.denoise.compiling import check_compiling
from engine.device import choose_device
from engine.job_models import JobModels
from engine.run import generate


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


def _check_look(options: argparse.Namespace) -> None:
    """Finds what is wrong with the prompt, the settings, the model or the device before the capture takes its time."""
    job = job_of(options, options.clip or Clip(1, 1))
    models = JobModels.of(job)
    models.check_prompt(job.prompt)
    if options.resolution:
        models.check_size(*options.resolution)
    models.fingerprint()
    device = choose_device(options.device)
    if options.compile:
        check_compiling(job, device)
