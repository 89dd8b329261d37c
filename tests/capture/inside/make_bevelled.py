"""Makes a scene of meshes whose UVs Blender computes with other rounding errors in every process, because of the Bevel
modifier; one of them has others in every frame, indeed: make_bevelled.py -- FILE"""

from __future__ import annotations

import sys
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.script import empty_scene, run, save


def make(path: Path) -> None:
    scene = empty_scene(64, 48, frame_end=4)
    for name, y, copies, waves_first in (
        ("Own", 0, 1, False),
        ("Repeated", 3, 4, False),
        ("Changing", 6, 4, True),
    ):
        bpy.ops.mesh.primitive_torus_add(major_segments=12, minor_segments=6, location=(0, y, 0))
        add_modifiers(bpy.context.object, copies, waves_first)
        bpy.context.object.name = name
    bpy.ops.object.camera_add(location=(5, 3, 20))
    scene.camera = bpy.context.object
    scene.camera.data.type, scene.camera.data.ortho_scale = "ORTHO", 18
    save(path)


def add_modifiers(item: bpy.types.Object, copies: int, waves_first: bool) -> None:
    array = item.modifiers.new("Array", "ARRAY")
    array.count, array.relative_offset_displace = copies, (1.1, 0, 0)
    kinds = ("WAVE", "BEVEL") if waves_first else ("BEVEL", "WAVE")
    for kind in kinds:
        item.modifiers.new(kind, kind)
    item.modifiers["BEVEL"].width, item.modifiers["BEVEL"].limit_method = 0.01, "NONE"


if __name__ == "__main__":
    run(lambda: make(Path(sys.argv[-1])))
