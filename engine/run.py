"""Runs one job: reads the shot, plans, paints what is missing, makes the movie."""

from __future__ import annotations

import argparse
import time
from collections.abc import Container, Sequence
from pathlib import Path

from engine.clock import CheckCancelled
from engine.contract.errors import UsageError
from engine.contract.frames import Clip, format_frames
from engine.contract.job import Job, write_job
from engine.contract.messages import Emit, Finished, Progress, Warned
from engine.contract.options import job_of
from engine.contract.shot import read_shot, require_frames
from engine.denoise.compiling import check_compiling
from engine.device import choose_device
from engine.job_models import JobModels, with_usual_settings
from engine.movie import write_movie
from engine.painter import paint_frames
from engine.painting import Painting
from engine.planning import PlanWishes, plan_for
from engine.stamps import is_stamped


def generate(options: argparse.Namespace, emit: Emit, check_cancelled: CheckCancelled = lambda: None) -> Finished:
    """Paints the frames of a shot that are missing or of another make; `options` are those of `generate_parser`.

    Raises OverpaintError; finished frames stay whatever happens.
    """
    started = time.monotonic()
    painting, frames = prepare(options)
    todo = _todo(painting, frames, options.overwrite)
    if todo:
        paint_frames(painting, todo, emit, check_cancelled)
    finished = painting.finished_frames()
    _warn_of_others(painting, finished, emit)
    movie = _write_movie(painting, list(finished.values()), emit) if options.movie else None
    return Finished(
        written=len(todo),
        kept=len(frames) - len(todo),
        seconds=round(time.monotonic() - started, 2),
        folder=str(painting.folder),
        movie=str(movie) if movie else None,
    )


def prepare(options: argparse.Namespace) -> tuple[Painting, tuple[int, ...]]:
    """The job, checked, planned and written to its folder, and the frames that are wanted of it."""
    folder, shot_folder = Path(options.out), Path(options.shot)
    shot = read_shot(shot_folder)
    clip = options.clip or shot.clip
    frames = _frames_of(clip, options.frames)
    require_frames(shot_folder, shot, (*frames, *clip.probe()))
    job = with_usual_settings(job_of(options, clip))
    if job.redraws_keyframes and frames != clip.frames:
        raise UsageError(
            "with --keyframe-choice redraw every frame of the clip depends on all others",
            f"leave out --frames, or choose --clip {format_frames(frames)}",
        )
    device, models = choose_device(options.device), JobModels.of(job)
    if options.compile:
        check_compiling(job, device)
    models.check_prompt(job.prompt)
    models.check_size(shot.width, shot.height)
    weights = models.fingerprint()
    write_job(folder, job)
    wishes = _wishes_of(options, job, models)
    plan = plan_for(folder, shot_folder, shot, clip, wishes, device)
    shared = clip.frames if job.redraws_keyframes else plan.keyframes
    job_hash = job.hash(plan, shot.capture, weights, [shot.frames[frame].content for frame in shared])
    return Painting(folder, job, plan, shot_folder, shot, models, device, job_hash), frames


def _todo(painting: Painting, frames: Sequence[int], overwrite: bool) -> Sequence[int]:
    """What is to be painted; all of the frames or none, where they depend on each other."""
    missing = [frame for frame in frames if overwrite or not painting.finished(frame)]
    return frames if missing and painting.job.redraws_keyframes else missing


def _warn_of_others(painting: Painting, finished: Container[int], emit: Emit) -> None:
    """Frames that an earlier job left in the folder are nobody's to delete, but should not be taken for this job's."""
    stamped = [frame for frame in painting.shot.frames if is_stamped(painting.folder, frame)]
    if others := [frame for frame in stamped if frame not in finished]:
        emit(Warned(f"the frames {format_frames(others)} in {painting.folder} were painted by another job"))


def _write_movie(painting: Painting, finished: Sequence[Path], emit: Emit) -> Path:
    """The movie of all finished frames of the clip, whichever command painted them; kept where it is the newest."""
    path = painting.folder / "movie.mp4"
    newest = max(file.stat().st_mtime for file in finished)
    if not path.exists() or path.stat().st_mtime < newest:
        emit(Progress("movie", frames=len(finished)))
        write_movie(path, finished, painting.shot.fps)
    return path


def _frames_of(clip: Clip, frames: tuple[int, ...] | None) -> tuple[int, ...]:
    outside = [frame for frame in frames or () if frame not in clip]
    if outside:
        raise UsageError(
            f"the frames {format_frames(outside)} lie outside the clip {clip}",
            "choose other --frames, or a longer --clip",
        )
    return frames or clip.frames


def _wishes_of(options: argparse.Namespace, job: Job, models: JobModels) -> PlanWishes:
    return PlanWishes(
        chunk=options.chunk,
        micro_batch=options.micro_batch,
        dtype=options.dtype,
        compile=options.compile,
        noise=job.settings.noise,
        surface=job.settings.surface if job.method == "generative-rendering" else None,
        latent_pixel=models.vae_scale_factor,
    )
