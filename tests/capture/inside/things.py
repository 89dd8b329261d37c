"""What scenes are made of. Runs in Blender."""

from __future__ import annotations

import math

import bpy


def add(item: bpy.types.Object) -> bpy.types.Object:
    bpy.context.scene.collection.objects.link(item)
    return item


def add_camera(name: str, location: tuple[float, ...], degrees: tuple[float, ...]) -> bpy.types.Object:
    camera = add(bpy.data.objects.new(name, bpy.data.cameras.new(name)))
    camera.location, camera.rotation_euler = location, tuple(map(math.radians, degrees))
    return camera


def look_at_cube() -> None:
    bpy.context.scene.camera = add_camera("Camera", (0, -9, 0), (90, 0, 0))
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "Own"
