"""Makes a scene of particles that start long before its first frame, not baked: make_early_particles.py -- FILE"""

from __future__ import annotations

import sys
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.script import empty_scene, run, save
from tests.capture.inside.things import add_camera

FIRST = -12


def make(path: Path) -> None:
    scene = empty_scene(64, 64, frame_end=4)
    scene.camera = add_camera("Camera", (0, -13, 4), (80, 0, 0))
    bpy.ops.mesh.primitive_cube_add(size=0.15, location=(0, -40, 0))
    chip = bpy.context.object
    chip.name = "Chip"
    bpy.ops.mesh.primitive_plane_add(size=0.5, location=(-4, 2, 3))
    bpy.context.object.modifiers.new("Particles", "PARTICLE_SYSTEM")
    system = bpy.context.object.particle_systems[0]
    settings = system.settings
    settings.count, settings.frame_start, settings.frame_end, settings.lifetime = 8, FIRST, FIRST + 8, 100
    settings.render_type, settings.instance_object, settings.particle_size = "OBJECT", chip, 1
    system.point_cache.frame_start, system.point_cache.frame_end = FIRST, 40
    save(path)


if __name__ == "__main__":
    run(lambda: make(Path(sys.argv[-1])))
