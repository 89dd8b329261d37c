"""Scripts of a file that was not allowed to run any."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

LETTERS = {"Vector": "xyzw", "Euler": "xyz", "Quaternion": "wxyz", "Color": "rgb"}


def scripts_not_run() -> list[str]:
    """A warning for each script and driver that did not run, where Blender held scripts back; known once a frame is
    evaluated. Nobody tells whether a driver that did not run would have, had it been allowed to."""
    if not bpy.app.autoexec_fail:
        return []
    texts = [f"the script {text.name!r} did not run" for text in bpy.data.texts if text.use_module]
    drivers = [f"the driver of {name} did not run" for name in sorted(set(_drivers_not_run()))]
    hint = "no script of the file may, for safety: allow them with --enable-autoexec if you trust it"
    return [f"{sentence}; {hint}" for sentence in texts + drivers]


def _drivers_not_run() -> Iterator[str]:
    for owner in _animated():
        for curve in owner.animation_data.drivers:
            driver = curve.driver
            if driver.type == "SCRIPTED" and not driver.is_simple_expression and not driver.is_valid:
                yield f"{_property(owner, curve)} of {_owner_name(owner)!r}"


def _animated() -> Iterator[bpy.types.ID]:
    """Everything in the file that may have drivers, with the node trees that belong to other things."""
    collections = [item.identifier for item in bpy.data.bl_rna.properties if item.type == "COLLECTION"]
    for owner in (owner for name in collections for owner in getattr(bpy.data, name)):
        for each in (owner, getattr(owner, "node_tree", None)):
            if getattr(each, "animation_data", None):
                yield each


def _property(owner: bpy.types.ID, curve: bpy.types.FCurve) -> str:
    """`location.x` rather than `location[0]`, where the number has a letter."""
    try:
        value = owner.path_resolve(curve.data_path)
    except ValueError:  # the property is gone, or belongs to an add-on
        return curve.data_path
    if letters := LETTERS.get(type(value).__name__):
        return f"{curve.data_path}.{letters[curve.array_index]}"
    return f"{curve.data_path}[{curve.array_index}]" if hasattr(value, "__len__") else curve.data_path


def _owner_name(owner: bpy.types.ID) -> str:
    """A shape key's object is better known than the key."""
    return owner.user.name if isinstance(owner, bpy.types.Key) and owner.user else owner.name
