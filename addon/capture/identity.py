"""Who is who in the passes: a stable key for every instance, and the value that Cycles writes for it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import bpy
import numpy as np

from .. import compat
from .borrowing import Loans

AOV = "Overpaint Object"
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


def identity_of(instance: bpy.types.DepsgraphObjectInstance) -> Identity:
    item = instance.object
    parent = instance.parent
    levels = [level for level in instance.persistent_id if level != _UNUSED_LEVEL] if instance.is_instance else []
    path = [parent.name, _library(parent), *levels] if instance.is_instance else []
    random = instance.random_id & _MASK if instance.is_instance else _name_hash(item.name)
    return Identity(
        key=hashlib.sha256(json.dumps([item.name, _library(item), path]).encode()).hexdigest()[:16],
        name=item.name,
        library=_library(item),
        pass_value=float(np.float32(random / 2**32)),
    )


def write_identities(loans: Loans, view_layer: bpy.types.ViewLayer) -> None:
    """Makes every surface opaque, and the pass named AOV hold Object Info > Random.

    An index pass would not do: it ends at 32767, and instances made by geometry nodes share one.
    """
    aov = view_layer.aovs.add()
    loans.callback(lambda: view_layer.aovs.remove(view_layer.aovs[AOV]))
    aov.name, aov.type = AOV, "VALUE"
    material = bpy.data.materials.new(AOV)
    loans.callback(bpy.data.materials.remove, material)
    tree = compat.use_nodes(material)
    output, diffuse, info, value = (
        tree.nodes.new(f"ShaderNode{kind}") for kind in ("OutputMaterial", "BsdfDiffuse", "ObjectInfo", "OutputAOV")
    )
    diffuse.inputs["Color"].default_value = (0.0, 0.0, 0.0, 1.0)  # no light is ever looked for
    value.aov_name = AOV
    tree.links.new(diffuse.outputs["BSDF"], output.inputs["Surface"])
    tree.links.new(info.outputs["Random"], value.inputs["Value"])
    loans.lend(view_layer, material_override=material)


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
