"""What the person should know about a shot of this scene."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from .. import compat
from .holes import hole_images
from .opacity import is_volume
from .simulations import lost_at_zero, needs_sequence
from .sources import files_of
from .surfaces import RENDERABLE


def caveats(scene: bpy.types.Scene) -> Iterator[str]:
    """A warning for everything in the scene that is not captured, or not as it would be rendered."""
    for item in scene.objects:
        if not item.hide_render:
            yield from _left_out(item)
            yield from _changed(item)
    if reason := needs_sequence(scene):
        hint = "bake, simulation zones to disk, to capture faster and on several processes"
        yield f"{reason}: every frame is simulated in its order; {hint}"
    if names := lost_at_zero(scene):
        yield f"frame 0 is lost of simulations that start before it, of {names}: start them at 0, or the scene at 1"


def lost_holes() -> Iterator[str]:
    """A warning for each image that would cut holes into an object, and is missing: to Cycles it is solid. Known while
    the scene is set up for capture."""
    for item in bpy.data.objects:
        materials = [slot.material for slot in item.material_slots if slot.material and slot.material.node_tree]
        for image in sorted(hole_images(materials), key=lambda each: each.name):
            if not item.hide_render and not _is_there(image):
                yield f"{item.name!r} is captured without holes: the image {image.filepath_raw!r} is missing"


def _is_there(image: bpy.types.Image) -> bool:
    files = files_of(image)
    is_in_memory = image.packed_file or image.is_dirty or image.source in ("GENERATED", "VIEWER")
    return bool(is_in_memory or (files and all(path.is_file() for path in files)))


def _left_out(item: bpy.types.Object) -> Iterator[str]:
    if item.type in compat.NEVER_MESHES:
        yield f"{item.name!r} is a {item.type.lower()}, which has no faces: it is left out"
    materials = [slot.material for slot in item.material_slots]
    if materials and all(each and compat.has_nodes(each) and is_volume(each.node_tree) for each in materials):
        yield f"{item.name!r} has the material of a volume, which has no surface: it is left out"
    particles = [system.settings for system in item.particle_systems]
    if any(settings.type == "HAIR" and settings.render_type == "PATH" for settings in particles):
        yield f"the hair of {item.name!r} is left out"


def _changed(item: bpy.types.Object) -> Iterator[str]:
    if item.type in RENDERABLE and (item.is_holdout or item.is_shadow_catcher):
        kind = "holdout" if item.is_holdout else "shadow catcher"
        yield f"{item.name!r} is a {kind}, and is captured as a solid object"
    for modifier in item.modifiers:
        if modifier.show_render and modifier.type == "FLUID" and _is_empty_domain(modifier):
            yield f"the fluid {modifier.name!r} of {item.name!r} is not baked, and stays at its start"


def _is_empty_domain(modifier: bpy.types.FluidModifier) -> bool:
    """Whether it is a fluid that moves only when it is baked, and nobody did."""
    domain = modifier.domain_settings
    return modifier.fluid_type == "DOMAIN" and domain.cache_type != "REPLAY" and not domain.has_cache_baked_any
