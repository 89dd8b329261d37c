"""Makes a scene whose drivers and text block are scripts. Runs in Blender: make_scripted.py -- SCENE.blend"""

from __future__ import annotations

import sys
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.script import empty_scene, run, save
from tests.capture.inside.things import look_at_cube

MOVER = "import bpy\nbpy.data.objects['Scripted'].location.x = 3\n"


def make(path: Path) -> None:
    scene = empty_scene(64, 48, frame_end=2)
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False
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
    save(path)


if __name__ == "__main__":
    run(lambda: make(Path(sys.argv[-1])))
