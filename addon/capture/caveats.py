"""What the person should know about a shot of this scene."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from .. import compat
from .surfaces import RENDERABLE


def caveats(scene: bpy.types.Scene) -> Iterator[str]:
    """A warning for everything in the scene that is not captured, or not as it would be rendered."""
    for item in scene.objects:
        if not item.hide_render:
            yield from _left_out(item)
            yield from _changed(item)
    if scene.rigidbody_world and not scene.rigidbody_world.point_cache.is_baked:
        yield "the rigid bodies are not baked, and may move otherwise than in a render"


def scripts_held_back() -> list[str]:
    """A warning if Blender kept a script or a driver of the file from running; known once frames are evaluated."""
    if not bpy.app.autoexec_fail:
        return []
    return [f"Blender did not run a script of the file, so something may stand still: {bpy.app.autoexec_fail_message}"]


def _left_out(item: bpy.types.Object) -> Iterator[str]:
    if item.type in compat.NEVER_MESHES:
        yield f"{item.name!r} is a {item.type.lower()}, which has no faces: it is left out"
    particles = [system.settings for system in item.particle_systems]
    if any(settings.type == "HAIR" and settings.render_type == "PATH" for settings in particles):
        yield f"the hair of {item.name!r} is left out"


def _changed(item: bpy.types.Object) -> Iterator[str]:
    if item.type in RENDERABLE and (item.is_holdout or item.is_shadow_catcher):
        kind = "holdout" if item.is_holdout else "shadow catcher"
        yield f"{item.name!r} is a {kind}, and is captured as a solid object"
    for modifier in item.modifiers:
        if modifier.show_render and hasattr(modifier, "point_cache") and not modifier.point_cache.is_baked:
            yield f"{modifier.name!r} of {item.name!r} is not baked, and may move otherwise than in a render"
