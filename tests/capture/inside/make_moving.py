"""Makes the scenes of what moves, and writes down what Blender shows of them.

Runs in Blender: make_moving.py -- FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.rigged import add_rigged
from tests.capture.inside.script import empty_scene, run, save
from tests.capture.inside.simulated import (
    LAST,
    add_cloth,
    add_fluid,
    add_particles,
    add_rigid_body,
    add_soft_body,
    add_waves,
    add_zone,
    bake,
    bake_zone,
)
from tests.capture.inside.things import add_camera


def start(path: Path) -> bpy.types.Scene:
    """An empty scene that is saved, so that caches lie beside it."""
    scene = empty_scene(128, 96, frame_end=LAST)
    scene.camera = add_camera("Camera", (0, -12, 2), (85, 0, 0))
    save(path)
    return scene


def heights(scene: bpy.types.Scene, first: int = 1) -> dict[int, dict[str, float]]:
    """The lowest z of each object in every frame, as a window shows it that plays the scene."""
    return {frame: _heights(scene, frame) for frame in range(first, LAST + 1)}


def _heights(scene: bpy.types.Scene, frame: int) -> dict[str, float]:
    scene.frame_set(frame)
    lowest: dict[str, float] = {}
    for instance in bpy.context.evaluated_depsgraph_get().object_instances:
        if instance.object.type == "MESH" and instance.show_self:
            name = instance.object.name
            zs = [(instance.matrix_world @ vertex.co).z for vertex in instance.object.data.vertices]
            lowest[name] = min([*zs, lowest.get(name, zs[0])])
    return lowest


def rewind_and_save(path: Path) -> None:
    bpy.context.scene.frame_set(1)
    save(path)


def make_early(path: Path, first: int) -> dict[int, dict[str, float]]:
    """A scene of simulations that start at a frame, and its heights when it is opened and played from there."""
    scene = start(path)
    scene.frame_set(first)
    for cache in (add_cloth(on_disk=False), add_soft_body(), add_rigid_body(scene)):
        cache.frame_start = first
    save(path)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return heights(bpy.context.scene, first)


def make_incomplete(folder: Path) -> None:
    """A scene whose baked motion, and a library that it links, are gone."""
    start(folder / "gone.blend")
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "Linked"
    save(folder / "gone.blend")
    start(folder / "incomplete.blend")
    with bpy.data.libraries.load("//gone.blend", link=True, relative=True) as (_, wanted):
        wanted.objects = ["Linked"]
    bpy.context.scene.collection.objects.link(wanted.objects[0])
    bpy.ops.mesh.primitive_cube_add(size=1)
    bpy.context.object.name = "Streamed"
    bpy.context.object.modifiers.new("Cache", "MESH_CACHE").filepath = "//gone.pc2"
    save(folder / "incomplete.blend")
    (folder / "gone.blend").unlink()


def make_growing(path: Path) -> None:
    """A mesh that has no faces at first, a family of metaballs, and a line that leads along."""
    start(path)
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.5)
    bpy.context.object.name = "Built"
    build = bpy.context.object.modifiers.new("Build", "BUILD")
    build.frame_start, build.frame_duration = 1, 3
    for x in (2, 3):
        bpy.ops.object.metaball_add(radius=1, location=(x, 0, 0))
    bpy.ops.curve.primitive_nurbs_path_add()
    save(path)


def make(folder: Path) -> None:
    scene = start(folder / "disk.blend")
    bake(add_cloth(on_disk=True))
    truth = {"disk": heights(scene)}
    rewind_and_save(folder / "disk.blend")
    for name in ("baked", "live"):
        scene = start(folder / f"{name}.blend")
        caches = [add_cloth(on_disk=False), add_soft_body(), add_rigid_body(scene), add_particles()]
        add_zone()
        rewind_and_save(folder / f"{name}.blend")
        if name == "baked":
            for cache in caches:
                bake(cache)
            truth[name] = heights(scene)
            rewind_and_save(folder / f"{name}.blend")
    bpy.context.scene.render.frame_map_new = 50
    rewind_and_save(folder / "fast.blend")
    truth |= {f"from{first}": make_early(folder / f"from{first}.blend", first) for first in (-10, 0)}
    start(folder / "hidden.blend")
    add_cloth(on_disk=False)
    bpy.context.object.modifiers["Cloth"].show_viewport = False
    save(folder / "hidden.blend")
    start(folder / "zone.blend")
    add_zone()
    bake_zone(bpy.context.object)
    add_fluid()
    save(folder / "zone.blend")
    start(folder / "liquid.blend")
    add_fluid()
    fluid = bpy.context.object.modifiers["Fluid"]
    fluid.domain_settings.domain_type, fluid.show_render = "LIQUID", True
    save(folder / "liquid.blend")
    make_incomplete(folder)
    make_growing(folder / "growing.blend")
    start(folder / "live_on_disk.blend")
    add_cloth(on_disk=True)
    save(folder / "live_on_disk.blend")
    start(folder / "painted.blend")
    add_waves()
    save(folder / "painted.blend")
    scene = start(folder / "rigged.blend")
    add_rigged(scene, LAST)
    truth["rigged"] = heights(scene)
    scene.render.frame_map_new, scene.frame_step = 200, 3
    truth["remapped"] = heights(scene)
    rewind_and_save(folder / "rigged.blend")
    (folder / "truth.json").write_text(json.dumps(truth))


if __name__ == "__main__":
    run(lambda: make(Path(sys.argv[-1])))
