"""What every example scene has: settings, light, a camera that looks at something, and a way to be saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import bpy
from mathutils import Vector

RESOLUTION = 256
FRAMES = 48
Place = tuple[float, float, float]


def empty_scene() -> bpy.types.Scene:
    """An empty file with its scene: 48 frames at 24 a second, a square picture, a low sun."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end, scene.render.fps = 1, FRAMES, 24
    scene.render.resolution_x = scene.render.resolution_y = RESOLUTION
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 16
    scene.world = bpy.data.worlds.new("Sky")
    scene.world.color = (0.35, 0.5, 0.75)
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.data.angle = 3.5, 0.05
    sun.rotation_euler = (0.9, 0.15, 0.8)
    scene.collection.objects.link(sun)
    return scene


def add(name: str, mesh: bpy.types.ID | None, colour: Sequence[float] = (), at: Place = (0, 0, 0)) -> bpy.types.Object:
    """A new object in the scene, in a plain colour of its own."""
    item = bpy.data.objects.new(name, mesh)
    item.location = at
    if colour:
        item.data.materials.append(plain(name, colour))
    bpy.context.scene.collection.objects.link(item)
    return item


def plain(name: str, colour: Sequence[float]) -> bpy.types.Material:
    """A material of one colour (linear red, green, blue)."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*colour, 1)
    material.diffuse_color = (*colour, 1)
    return material


def subdivide(item: bpy.types.Object, levels: int = 1) -> None:
    """Rounder in a render than in the viewport, as scenes usually are."""
    modifier = item.modifiers.new("Subdivision", "SUBSURF")
    modifier.levels, modifier.render_levels = levels - 1, levels


def animate(item: bpy.types.ID, path: str, keys: Mapping[int, object], interpolation: str = "LINEAR") -> None:
    """Keys a property at the given frames."""
    for frame, value in keys.items():
        setattr(item, path, value)
        item.keyframe_insert(path, frame=frame)
    for curve in item.animation_data.action.fcurves:
        if curve.data_path == path:
            for key in curve.keyframe_points:
                key.interpolation = interpolation


def add_camera(path: Mapping[int, Place], look_at: Mapping[int, Place], lens: Mapping[int, float]) -> None:
    """The scene's camera, moving from place to place, turned to a target that moves too."""
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    target = bpy.data.objects.new("Camera target", None)
    for item, places in ((camera, path), (target, look_at)):
        bpy.context.scene.collection.objects.link(item)
        animate(item, "location", {frame: Vector(place) for frame, place in places.items()}, "BEZIER")
    animate(camera.data, "lens", lens, "BEZIER")
    track = camera.constraints.new("TRACK_TO")
    track.target, track.track_axis, track.up_axis = target, "TRACK_NEGATIVE_Z", "UP_Y"
    bpy.context.scene.camera = camera


def save(path: Path, settings: Mapping[str, object]) -> None:
    """Writes the scene, with the settings that Overpaint is to use for it."""
    for name, value in settings.items():
        setattr(bpy.context.scene.overpaint, name, value)
    bpy.context.scene.frame_set(1)
    bpy.context.preferences.filepaths.save_version = 0
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True)
