"""What the person should know about a shot of this scene."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import bpy

from .. import compat
from .fluids import fluids_at_rest
from .holes import hole_images
from .missing_files import missing_caches, missing_from_libraries
from .opacity import is_displaced, is_holdout, is_volume
from .shown import shown_objects
from .simulations import lost_bakes, lost_below_one, needs_sequence
from .sources import files_of
from .surfaces import RENDERABLE
from .wording import enumeration


def caveats(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, frames: Sequence[int]) -> Iterator[str]:
    """A warning for everything in the scene that is not captured in the frames, or not as it would be rendered."""
    items = shown_objects(scene)
    for item in items:
        yield from _left_out(item)
        yield from _changed(item)
        yield from fluids_at_rest(item)
    yield from _smoothed(scene, items)
    yield from _shaded(items)
    yield from _held_out(view_layer)
    yield from missing_from_libraries()
    yield from missing_caches()
    yield from lost_bakes(scene)
    if reason := needs_sequence(scene):
        hint = "bake, simulation zones to disk, to capture faster and on several processes"
        yield f"{reason}: every frame is simulated in its order; {hint}"
    yield from lost_below_one(scene, frames)


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
    if item.type in compat.NEVER_MESHES and not compat.may_become_mesh(item):
        has_nodes = any(modifier.type == "NODES" for modifier in item.modifiers)
        why = "with all that its geometry nodes make of it" if has_nodes else "for it has no faces"
        yield f"{item.name!r} is a {compat.NEVER_MESHES[item.type]}: it is left out, {why}"
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


def _smoothed(scene: bpy.types.Scene, items: Sequence[bpy.types.Object]) -> Iterator[str]:
    if names := [repr(item.name) for item in items if _is_subdivided_adaptively(scene, item)]:
        yield f"adaptive subdivision is left out: the modifiers' own levels are captured of {enumeration(names)}"


def _is_subdivided_adaptively(scene: bpy.types.Scene, item: bpy.types.Object) -> bool:
    """From 5.0 on it is a setting of the modifier; before, an experiment of the object."""
    smoothed = [each for each in item.modifiers if each.type == "SUBSURF" and each.show_render]
    is_experiment = getattr(getattr(scene, "cycles", None), "feature_set", "") == "EXPERIMENTAL"
    by_object = is_experiment and item.cycles.use_adaptive_subdivision
    return any(by_object or getattr(each, "use_adaptive_subdivision", False) for each in smoothed)


def _shaded(items: Sequence[bpy.types.Object]) -> Iterator[str]:
    shown_on: defaultdict[bpy.types.Material, list[str]] = defaultdict(list)
    for item in items:
        for material in {slot.material for slot in item.material_slots}:
            if item.type in RENDERABLE and material and compat.has_nodes(material):
                shown_on[material].append(repr(item.name))
    for material, names in shown_on.items():
        if material.displacement_method != "BUMP" and is_displaced(material.node_tree):
            yield f"the displacement of the material {material.name!r} is left out of {enumeration(names)}"
        if is_holdout(material.node_tree):
            yield f"the material {material.name!r} has a holdout, and is captured as a solid on {enumeration(names)}"


def _held_out(view_layer: bpy.types.ViewLayer) -> Iterator[str]:
    collections = [view_layer.layer_collection]
    for collection in collections:
        collections.extend(collection.children)
        if collection.holdout and not collection.exclude and collection.collection.objects:
            yield f"the objects of {collection.name!r}, a holdout collection, are captured as solid objects"
