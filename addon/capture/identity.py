"""Who is who in the passes: a stable key for every instance, and the value that Cycles writes for it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import bpy
import numpy as np

from .borrowing import Loans
from .node_trees import with_groups

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
    """The objects of collections and the nodes of modifiers, which Blender walks through anew whenever it is asked."""

    def __init__(self) -> None:
        self._of: dict[str, list[bpy.types.Object]] = {}
        self._has_collections: dict[str, bool] = {}

    def of(self, collection: bpy.types.Collection) -> list[bpy.types.Object]:
        if collection.name_full not in self._of:
            self._of[collection.name_full] = list(collection.all_objects)
        return self._of[collection.name_full]

    def scatters_collections(self, item: bpy.types.Object) -> bool:
        """Whether the geometry nodes of an object may instance collections as a whole."""
        trees = [modifier.node_group for modifier in item.modifiers if modifier.type == "NODES" and modifier.node_group]
        for tree in trees:
            if tree.name_full not in self._has_collections:
                nodes = (node for each in with_groups([tree]) for node in each.nodes)
                self._has_collections[tree.name_full] = any(map(_takes_collection_as_a_whole, nodes))
        return any(self._has_collections[tree.name_full] for tree in trees)


def identity_of(instance: bpy.types.DepsgraphObjectInstance, members: Members, by_number: bool = False) -> Identity:
    """`members` serves all instances of a frame. With `by_number`, no name stands for a number that may be one of many
    of the same object."""
    item = instance.object
    path = _path(instance, members, by_number) if instance.is_instance else []
    random = instance.random_id & _MASK if instance.is_instance else _name_hash(item.name)
    return Identity(
        key=hashlib.sha256(json.dumps([item.name, _library(item), path]).encode()).hexdigest()[:16],
        name=item.name,
        library=_library(item),
        pass_value=float(np.float32(random / 2**32)),
    )


def _path(instance: bpy.types.DepsgraphObjectInstance, members: Members, by_number: bool) -> list[str | int]:
    """How the instance came to be, from the outermost instancer inwards: names of objects where collections are
    instanced, for numbers change there with every object that is added; else numbers, as of points or particles.

    What geometry nodes instance nobody tells; where they may instance a collection, its objects have no number.
    """
    instancer: bpy.types.Object = instance.parent
    path: list[str | int] = [instancer.name, _library(instancer)]
    levels = [level for level in instance.persistent_id if level != _UNUSED_LEVEL]
    for depth, number in enumerate(reversed(levels), start=1):
        is_last = depth == len(levels)
        if instancer.instance_type == "COLLECTION" and instancer.instance_collection:
            if not is_last:  # else it is the object itself
                instancer = members.of(instancer.instance_collection)[number]
                path += [instancer.name, _library(instancer)]
        elif is_last and depth > 1 and not by_number and _is_member(instance, instancer, members):
            path.append("member")
        else:
            path.append(number)
    return path


def _is_member(instance: bpy.types.DepsgraphObjectInstance, instancer: bpy.types.Object, members: Members) -> bool:
    """Whether the instance may be an object of a collection that geometry nodes instance as a whole."""
    return instance.object.name_full != instancer.name_full and members.scatters_collections(instancer)


def _takes_collection_as_a_whole(node: bpy.types.Node) -> bool:
    return node.bl_idname == "GeometryNodeCollectionInfo" and not node.inputs["Separate Children"].default_value


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
