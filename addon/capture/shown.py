"""The objects that a render may show."""

from __future__ import annotations

from collections import defaultdict

import bpy


def shown_objects(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The scene's own objects, and after them those that only instances show: they are not in the scene, but in what
    it uses, such as collections, node groups and particles."""
    found = [item for item in scene.objects if not item.hide_render]
    uses = _uses()
    waiting: list[bpy.types.ID] = list(found)
    met: set[bpy.types.ID] = {*bpy.data.scenes, *scene.objects}
    only_instances: list[bpy.types.Object] = []
    while waiting:
        used = uses[waiting.pop()] - met
        met |= used
        shown = [each for each in used if not getattr(each, "hide_render", False)]
        waiting += shown
        only_instances += [each for each in shown if isinstance(each, bpy.types.Object)]
    return found + sorted(only_instances, key=lambda item: item.name_full)


def _uses() -> defaultdict[bpy.types.ID, set[bpy.types.ID]]:
    """What each part of the file uses."""
    uses: defaultdict[bpy.types.ID, set[bpy.types.ID]] = defaultdict(set)
    for used, users in bpy.data.user_map().items():
        for user in users:
            uses[user].add(used)
    return uses
