"""Capture of the loaded scene, under `blender -b scene.blend -P script.py`. Whatever it changes, it gives back."""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy

from ...engine.contract.messages import Emit, Warned
from ...engine.contract.shot import Shot, missing_frames
from ...engine.contract.uv_warnings import is_final
from .previous import remove_shot, still_equal
from .request import request_of, scene_named, view_layer_named
from .shooting import empty_shot, ready_to_shoot, shoot


def capture_in_place(context: bpy.types.Context, options: argparse.Namespace, folder: Path, emit: Emit) -> Shot:
    """Captures the scene as it is in memory, by the options of `contract.options.add_capture_options`.

    Frames that the folder holds are kept if the scene still shows the same in them. Raises SceneInvalid, UsageError
    or OutputUnwritable.
    """
    scene = scene_named(options.scene, context)
    view_layer = view_layer_named(scene, options.view_layer)
    request = request_of(scene, options)
    shot = empty_shot(scene, view_layer, request)
    with ready_to_shoot(scene, view_layer, request) as reader:
        kept = None if options.overwrite else still_equal(folder, shot, request.frames, reader)
        if kept is None:
            remove_shot(folder, options.overwrite)
        shot = kept or shot
        missing = missing_frames(folder, shot, request.frames)
        captured = shoot(reader, folder, shot, missing, emit, look_at=missing)
    for warning in captured.warnings:
        if not is_final(warning):  # until now
            emit(Warned(warning))
    return captured
