"""Who is who in the passes: a stable key for every instance, and the value that Cycles writes for it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import bpy
import numpy as np

from .borrowing import Loans

AOV = "Overpaint Object"
PLACE_AOV = "Overpaint Place"
_UNUSED_LEVEL = 2**31 - 1  # fills the unused levels of a persistent id
_MASK = 0xFFFFFFFF


@dataclass(frozen=True)
class Identity:
    """An instance of an object, apart from where it is and what it looks like."""

    key: str
    name: str
    library: str
    pass_value: float
    """What Object Info > Random gives for it: float32, from 0 to below 1."""


class Members:
    """The objects of collections, which Blender walks through anew for every single one that is asked for."""

    def __init__(self) -> None:
        self._of: dict[str, list[bpy.types.Object]] = {}

    def of(self, collection: bpy.types.Collection) -> list[bpy.types.Object]:
        if collection.name_full not in self._of:
            self._of[collection.name_full] = list(collection.all_objects)
        return self._of[collection.name_full]


def identity_of(instance: bpy.types.DepsgraphObjectInstance, members: Members) -> Identity:
    """`members` serves all instances of a frame."""
    item = instance.object
    path = _path(instance, members) if instance.is_instance else []
    random = instance.random_id & _MASK if instance.is_instance else _name_hash(item.name)
    return Identity(
        key=hashlib.sha256(json.dumps([item.name, _library(item), path]).encode()).hexdigest()[:16],
        name=item.name,
        library=_library(item),
        pass_value=float(np.float32(random / 2**32)),
    )


def _path(instance: bpy.types.DepsgraphObjectInstance, members: Members) -> list[str | int]:
    """How the instance came to be, from the outermost instancer inwards: names of objects where collections are
    instanced, for numbers change there with every object that is added; else numbers, as of points or particles."""
    instancer: bpy.types.Object | None = instance.parent
    path: list[str | int] = [instance.parent.name, _library(instance.parent)]
    levels = [level for level in instance.persistent_id if level != _UNUSED_LEVEL]
    for depth, number in enumerate(reversed(levels), start=1):
        collection = instancer.instance_collection if instancer and instancer.instance_type == "COLLECTION" else None
        if collection is None:
            instancer = None  # what a point or a particle shows, nobody tells
            path.append(number)
        elif depth < len(levels):  # else it is the object itself
            instancer = members.of(collection)[number]
            path += [instancer.name, _library(instancer)]
    return path


def write_identities(loans: Loans, view_layer: bpy.types.ViewLayer) -> None:
    """Makes every surface tell its object's value, Object Info > Random, in the pass named AOV.

    An index pass would not do: it ends at 32767, and instances made by geometry nodes share one.
    """
    _add_pass(loans, view_layer, AOV, "VALUE")


def write_places(loans: Loans, scene: bpy.types.Scene) -> bool:
    """Makes every surface tell its object's place, too, for those that share a value. False: it does already."""
    view_layer = next(layer for layer in scene.view_layers if layer.use)
    if PLACE_AOV in view_layer.aovs:
        return False
    _add_pass(loans, view_layer, PLACE_AOV, "COLOR")
    for material in bpy.data.materials:
        material.update_tag()  # Cycles has compiled them without the pass
    return True


def identity_outputs(tree: bpy.types.NodeTree) -> list[bpy.types.Node]:
    """The nodes through which a material tells its object's value."""
    return [node for node in tree.nodes if node.type == "OUTPUT_AOV" and node.aov_name == AOV]


def _add_pass(loans: Loans, view_layer: bpy.types.ViewLayer, name: str, kind: str) -> None:
    aov = view_layer.aovs.add()
    loans.callback(lambda: view_layer.aovs.remove(view_layer.aovs[name]))
    aov.name, aov.type = name, kind


def _library(item: bpy.types.ID) -> str:
    library = item.original.library if item.original else item.library
    return library.filepath.replace("\\", "/") if library else ""


def _name_hash(name: str) -> int:
    """What Cycles takes for an object that nothing instances: Blender's string hash, mixed by Jenkins' lookup3."""
    string_hash = 0
    for byte in name.encode():
        string_hash = (string_hash * 37 + byte) & _MASK
    return _lookup3(string_hash, 0)


def _lookup3(first: int, second: int) -> int:
    start = (0xDEADBEEF + (2 << 2) + 13) & _MASK
    target, source, third = start, (start + second) & _MASK, (start + first) & _MASK
    for turn in (14, 11, 25, 16, 4, 14, 24):
        rotated = (source << turn | source >> (32 - turn)) & _MASK
        target, source, third = third, ((target ^ source) - rotated) & _MASK, source
    return source
