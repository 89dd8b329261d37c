"""Captures an opened scene in place, several times, and writes down what happened.

Runs in Blender: capture_in_place.py -- SCENE.blend FOLDER REPORT.json
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from addon.checkout import load_checkout
from tests.capture.inside.rna_dump import dump_settings
from tests.capture.inside.script import run

checkout = load_checkout()
in_place, recipe = (importlib.import_module(f"{checkout}.addon.capture.{name}") for name in ("in_place", "recipe"))
options, errors = (importlib.import_module(f"{checkout}.engine.contract.{name}") for name in ("options", "errors"))


class Stop(Exception):
    """What ends a capture half-way."""


def report(folder: Path) -> dict[str, Any]:
    before = dump_settings()
    first = frames_captured(folder)
    after = dump_settings()
    shutil.copytree(folder, folder.parent / "first")
    return {
        "compared": len(before),
        "changed": changes(before, after),
        "first": first,
        "again": frames_captured(folder),
        "changed_by_a_stop": changes(before, stop_half_way(folder)),
        "moved": move_something() or frames_captured(folder),
        "unknown": error_where_something_is_unknown(folder.parent / "unknown"),
    }


def frames_captured(folder: Path, *words: str) -> list[int]:
    frames: list[int] = []

    def watch(message: Any) -> None:
        if type(message).__name__ == "FrameWritten":
            frames.append(message.frame)
            if "--overwrite" in words:
                raise Stop

    wanted = options.capture_parser("test").parse_args([*words, "--frames=1-2", f"--out={folder}", "--", "in place"])
    in_place.capture_in_place(bpy.context, wanted, folder, watch)
    return frames


def stop_half_way(folder: Path) -> dict[str, str]:
    try:
        frames_captured(folder, "--overwrite")
    except Stop:
        return dump_settings()
    raise AssertionError("the capture was not stopped")


def error_where_something_is_unknown(folder: Path) -> str:
    """To Python an object in Edit Mode has no faces, and Cycles renders it nevertheless."""
    recipe.leave_modes = lambda loans: None
    try:
        frames_captured(folder)
    except errors.SceneInvalid as error:
        return error.message
    raise AssertionError("what is in Edit Mode was known")


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return [f"{name}: {before.get(name)} -> {after.get(name)}" for name in names]


def move_something() -> None:
    bpy.data.objects["Hairy"].location.x += 0.25


def main(make_report: Callable[[Path], dict[str, Any]]) -> None:
    """Writes a report on the shots of a scene, by the words of the command: SCENE.blend FOLDER REPORT.json"""
    scene_file, shot_folder, report_file = sys.argv[-3:]
    bpy.ops.wm.open_mainfile(filepath=scene_file)
    Path(report_file).write_text(json.dumps(make_report(Path(shot_folder))))


if __name__ == "__main__":
    run(lambda: main(report))
