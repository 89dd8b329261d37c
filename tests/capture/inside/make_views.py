"""Makes one scene that is seen in many ways, by a camera for each frame.

Runs in Blender: make_views.py -- SCENE.blend

Beside it, it makes namesakes.blend, which has a camera of its own and one of the scene, both of one name.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.script import empty_scene, run, save
from tests.capture.inside.things import add_camera

CAMERAS: dict[str, dict[str, Any]] = {
    "Auto": {},
    "Wide": {"sensor_fit": "HORIZONTAL", "shift_x": 0.12, "shift_y": -0.07, "lens": 40},
    "Tall": {"sensor_fit": "VERTICAL", "shift_x": -0.1, "shift_y": 0.05, "sensor_height": 20, "lens": 28},
    "Flat": {"type": "ORTHO", "ortho_scale": 9, "shift_x": 0.08, "shift_y": 0.04},
    "Flat Tall": {"type": "ORTHO", "ortho_scale": 7, "sensor_fit": "VERTICAL", "shift_y": 0.1},
    "Clipped": {"clip_start": 8.5, "clip_end": 11.5},
    "Flat Clipped": {"type": "ORTHO", "ortho_scale": 9, "clip_start": 8.5, "clip_end": 11.5},
    "Zoom": {"sensor_fit": "HORIZONTAL"},
}
"""By name; the first is at work in frame -1, the next in 0, and so on. The last zooms for two frames."""
FIRST = -1


def make(path: Path) -> None:
    scene = empty_scene(160, 96, frame_end=FIRST + len(CAMERAS))
    scene.render.pixel_aspect_x, scene.render.pixel_aspect_y = 1.0, 1.4
    scene.frame_start = 0  # no range can begin below
    add_things(scene)
    for number, (name, settings) in enumerate(CAMERAS.items()):
        camera = add_camera(name, (0.5 * number - 1, -10, 3), (74, 2 * number, 5 - number))
        camera.scale = (1, 1, 2)
        for setting, value in settings.items():
            setattr(camera.data, setting, value)
        scene.timeline_markers.new(name, frame=FIRST + number).camera = camera
    zoom = bpy.data.objects["Zoom"].data
    for frame, lens in ((scene.frame_end - 1, 30), (scene.frame_end, 60)):
        zoom.lens = lens
        zoom.keyframe_insert("lens", frame=frame)
    scene.camera = bpy.data.objects["Auto"]
    save(path)


def add_things(scene: bpy.types.Scene) -> None:
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=3, y_subdivisions=3, size=14, location=(0, 3, -1))
    bpy.context.object.name = "Floor"
    bpy.ops.mesh.primitive_cube_add(size=1.5, location=(-2, 0, 0), rotation=(0.3, 0.2, 0.5))
    bpy.context.object.name = "Round"
    subdivision = bpy.context.object.modifiers.new("Subdivision", "SUBSURF")
    subdivision.levels, subdivision.render_levels = 0, 2
    bpy.ops.mesh.primitive_monkey_add(size=1.5, location=(1.5, 0.5, 0.5))
    bpy.context.object.name = "Blinker"
    for frame, hidden in ((FIRST, False), (FIRST + 1, True), (FIRST + 2, False)):
        bpy.context.object.hide_render = hidden
        bpy.context.object.keyframe_insert("hide_render", frame=frame)
    extras = bpy.data.collections.new("Extras")
    scene.collection.children.link(extras)
    bpy.ops.mesh.primitive_cone_add(location=(0, -1, 0))
    cone = bpy.context.object
    cone.name = "Cone"
    extras.objects.link(cone)
    scene.collection.objects.unlink(cone)
    scene.view_layers.new("Without Extras").layer_collection.children["Extras"].exclude = True


def make_namesakes(path: Path, library: Path) -> None:
    """The camera of its own is at work in frame 1, that of the library in 2."""
    scene = empty_scene(64, 64, frame_end=2)
    save(path)  # so that // means its folder
    add_things(scene)
    with bpy.data.libraries.load(f"//{library.name}", link=True, relative=True) as (_, linked):
        linked.objects = ["Auto"]
    scene.collection.objects.link(linked.objects[0])
    scene.camera = add_camera("Auto", (0, -10, 3), (74, 0, 0))
    for frame, camera in enumerate((scene.camera, *linked.objects), start=1):
        scene.timeline_markers.new("Cut", frame=frame).camera = camera
    save(path)


def main(path: Path) -> None:
    make(path)
    make_namesakes(path.with_name("namesakes.blend"), path)


if __name__ == "__main__":
    run(lambda: main(Path(sys.argv[-1])))
