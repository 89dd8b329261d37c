"""turntable.blend: a monkey's bust turns on a plinth; the camera rises around it and draws near with its lens."""

from __future__ import annotations

import math
from pathlib import Path

import bmesh
import bpy
import numpy as np
from making.stage import FRAMES, add, add_camera, animate, empty_scene, save, subdivide
from making.surfaces import grid, lathe, mesh_of
from mathutils import Matrix

PLINTH = (
    *((0, 0), (0, 0.5), (0.1, 0.5), (0.13, 0.44), (0.2, 0.42), (0.26, 0.36), (0.62, 0.33), (0.7, 0.39), (0.78, 0.39)),
    (0.79, 0),
)
NECK = ((-0.04, 0), (-0.03, 0.3), (0.02, 0.3), (0.06, 0.2), (0.2, 0.15), (0.4, 0.16), (0.55, 0.2), (0.56, 0))


def make(path: Path) -> None:
    empty_scene()
    neck = add("Neck", mesh_of("Neck", lathe(NECK, 24)), (0.6, 0.42, 0.12), at=(0, 0, 0.8))
    bust = add("Bust", _monkey(), (0.65, 0.62, 0.55), at=(0, -0.12, 0.74))
    bust.parent = neck
    subdivide(bust)
    animate(neck, "rotation_euler", {1: (0, 0, -0.9), FRAMES + 1: (0, 0, -0.9 + math.pi)})
    add("Plinth", mesh_of("Plinth", lathe(PLINTH, 32)), (0.3, 0.09, 0.07))
    lines = np.linspace(-6, 6, 41)
    add("Backdrop", mesh_of("Backdrop", grid(lines * 2, lines, _backdrop)), (0.25, 0.33, 0.38))
    add_camera(
        {1: (-1.7, -4.6, 1.0), FRAMES // 2: (0.0, -4.7, 1.8), FRAMES: (1.9, -4.3, 2.5)},
        {1: (0, 0, 1.05), FRAMES: (0, 0, 1.15)},
        {1: 48.0, FRAMES: 58.0},
    )
    save(path, {"prompt": "a statue made of white marble on a wooden floor under a cloudy sky", "out": "//../out/bust"})


def _monkey() -> bpy.types.Mesh:
    """Blender's monkey with the UVs it comes with: islands of many shapes, sizes and directions."""
    mesh = bpy.data.meshes.new("Bust")
    form = bmesh.new()
    form.loops.layers.uv.new("UVMap")
    tilt = Matrix.Rotation(0.12, 4, "X")
    bmesh.ops.create_monkey(form, matrix=tilt @ Matrix.Scale(0.72, 4), calc_uvs=True)
    form.to_mesh(mesh)
    form.free()
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), dtype=bool))
    return mesh


def _backdrop(x: float, y: float) -> float:
    """A floor that bends up into a wall."""
    return max(0.0, y - 1.8) ** 2 * 0.55
