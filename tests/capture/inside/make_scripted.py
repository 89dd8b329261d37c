"""Makes a scene whose drivers and text block are scripts. Runs in Blender: make_scripted.py -- SCENE.blend"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.make_scenes import look_at_cube

MOVER = "import bpy\nbpy.data.objects['Scripted'].location.x = 3\n"


def make(path: Path) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y, scene.frame_end = 64, 48, 2
    look_at_cube()
    for name, expression in (
        ("Own", "bpy.context.scene.frame_current + 1"),
        ("Simple", "frame * 0.5"),
        ("Scripted", ""),
    ):
        item = bpy.data.objects.get(name) or bpy.data.objects.new(name, bpy.data.objects["Own"].data)
        if name != "Own":
            scene.collection.objects.link(item)
        if expression:
            item.driver_add("location", 0).driver.expression = expression
    bpy.data.objects["Simple"].driver_add("scale", 2).driver.expression = "int('1') if frame > 0 else 2"
    script = bpy.data.texts.new("mover.py")
    script.write(MOVER)
    script.use_module = True
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False)


if __name__ == "__main__":
    try:
        make(Path(sys.argv[-1]))
    finally:
        if error := sys.exception():
            traceback.print_exception(error)
        sys.stdout.flush()
        os._exit(1 if error else 0)
