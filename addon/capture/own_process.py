"""Capture in a Blender process of its own: the file is opened as it was saved, and never written."""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TextIO

import bpy

from ...engine.contract.errors import OverpaintError, SceneInvalid
from ...engine.contract.frames import format_frames
from ...engine.contract.messages import Divided, Emit, Failed, Finished, Message, encode
from ...engine.contract.options import capture_parser
from ...engine.contract.shot import Shot, missing_frames
from .cache_files import files_beside
from .previous import remove_shot, still_valid
from .request import request_of, scene_named, view_layer_named
from .shooting import empty_shot, ready_to_shoot, shoot
from .simulations import needs_sequence
from .sources import source_hashes


def main(words: Sequence[str], output: TextIO) -> int:
    """Captures by the words of `contract.options.capture_parser`, tells `output` of it and returns the exit code."""

    def emit(message: Message) -> None:
        output.write(encode(message) + "\n")
        output.flush()

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        emit(capture_file(capture_parser("capture").parse_args(words), emit))
    except OverpaintError as error:
        emit(Failed.of(error))
        return error.exit_code
    return 0


def capture_file(options: argparse.Namespace, emit: Emit) -> Finished:
    """Captures a .blend file. Frames captured before, from the same files and with the same settings, are kept.

    Raises SceneInvalid, UsageError or OutputUnwritable.
    """
    scene_file = Path(options.blend).absolute()
    before = files_beside(scene_file)
    open_blend(scene_file, options.enable_autoexec)
    written = files_beside(scene_file) - before
    started = time.monotonic()
    scene = scene_named(options.scene, bpy.context)
    view_layer = view_layer_named(scene, options.view_layer)
    request = request_of(scene, options)
    folder = Path(options.out)
    shot = replace(empty_shot(scene, view_layer, request), sources=source_hashes(but=written))
    kept = _kept(folder, shot, options.overwrite)
    missing = missing_frames(folder, kept or shot, options.share or request.frames)
    own = _own_share(scene, missing, options.jobs, emit)
    with ready_to_shoot(scene, view_layer, request, written) as reader:
        if kept:
            reader.go_on_with(folder, kept.objects)
        shoot(reader, folder, kept or shot, own, emit, look_at=() if options.share else missing)
    left = len(request.frames) - len(missing)
    return Finished(len(own), left, time.monotonic() - started, str(folder))


def _kept(folder: Path, shot: Shot, overwrite: bool) -> Shot | None:
    """The shot in the folder, if it is still valid; any other is removed."""
    kept = None if overwrite else still_valid(folder, shot)
    if kept is None:
        remove_shot(folder, overwrite)
    return kept


def _own_share(scene: bpy.types.Scene, frames: tuple[int, ...], jobs: int, emit: Emit) -> tuple[int, ...]:
    """The frames that this process captures; those of others are told. A simulation is never divided."""
    own, *others = [frames] if needs_sequence(scene) else shares_of(frames, jobs)
    if others:
        emit(Divided([format_frames(share) for share in others]))
    return own


def shares_of(frames: tuple[int, ...], jobs: int) -> list[tuple[int, ...]]:
    """The frames in runs of about the same length, one for each process; one frame alone is not worth a start."""
    count = max(1, min(jobs, len(frames) // 2))
    ends = [round(index * len(frames) / count) for index in range(count + 1)]
    return [frames[first:last] for first, last in pairwise(ends)]


def open_blend(path: Path, enable_autoexec: bool) -> None:
    """Opens a file; its scripts and drivers run only if they are enabled. Raises SceneInvalid where Blender cannot."""
    if not path.is_file():
        raise SceneInvalid(f"there is no file {path}", "check the name of the .blend file")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=enable_autoexec)
    except RuntimeError as error:
        raise SceneInvalid(
            f"Blender {bpy.app.version_string} cannot open {path}: {_reason(error)}",
            "check that it is a .blend file, and not from a newer Blender",
        ) from error


def _reason(error: RuntimeError) -> str:
    return str(error).strip().removeprefix("Error: ").replace("\n", " ")
