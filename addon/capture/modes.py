"""The modes that objects are in. What is being edited has no faces to Python and Cycles, or another pose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import bpy

from .borrowing import Loans

OBJECT_MODE = "OBJECT"


def leave_modes(loans: Loans) -> None:
    """Takes all objects to Object Mode, whatever scene they are in, and lets the loans take them back."""
    modes = {item: item.mode for item in bpy.data.objects if item.mode != OBJECT_MODE}
    _set_modes(dict.fromkeys(modes, OBJECT_MODE))
    loans.callback(_set_modes, modes)


def _set_modes(modes: Mapping[bpy.types.Object, str]) -> None:
    for scene, layer in [(each, layer) for each in bpy.data.scenes for layer in each.view_layers]:
        for item in [item for item in layer.objects if item in modes and item.mode != modes[item]]:
            with (
                _only_selected(layer, modes),
                bpy.context.temp_override(scene=scene, view_layer=layer, active_object=item, object=item),
            ):
                bpy.ops.object.mode_set(mode=modes[item])


@contextmanager
def _only_selected(layer: bpy.types.ViewLayer, chosen: Iterable[bpy.types.Object]) -> Iterator[None]:
    """Selects these for the while, and lets them be seen, for an object takes those that are selected with it."""
    selected = {item: item.select_get(view_layer=layer) for item in layer.objects}
    with Loans() as loans:
        for item in chosen:
            loans.lend(item, hide_viewport=False)
        for item, is_selected in selected.items():
            item.select_set(item in chosen, view_layer=layer)
            loans.callback(item.select_set, is_selected, view_layer=layer)
        yield
