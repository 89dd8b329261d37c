"""How the scripts of this folder begin and end. Runs in Blender."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

import bpy


def empty_scene(width: int, height: int, frame_end: int, percentage: int = 100) -> bpy.types.Scene:
    """A scene without anything in it, of the artist who has no backups and negative frames."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.preferences.filepaths.save_version = 0
    bpy.context.preferences.edit.use_negative_frames = True
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.resolution_percentage = percentage
    scene.frame_end = frame_end
    return scene


def save(path: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False)


def make_files(
    folder: Path, scenes: Mapping[str, Callable[[], None]], width: int, height: int, percentage: int = 100
) -> None:
    """Makes each scene in an empty one of two frames, and saves it under its name."""
    for name, make in scenes.items():
        empty_scene(width, height, frame_end=2, percentage=percentage)
        save(folder / f"{name}.blend")  # so that // means its folder
        make()
        save(folder / f"{name}.blend")


def run(work: Callable[[], object]) -> None:
    """Does what the script is for, and leaves at once: Blender as a module may hang or crash on its way out."""
    try:
        work()
    finally:
        if error := sys.exception():
            traceback.print_exception(error)
        sys.stdout.flush()
        os._exit(1 if error else 0)
