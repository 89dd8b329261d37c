"""Captures a scene of cut-outs in place, looks for what changed, then changes what the holes depend on.

Runs in Blender: capture_cutouts.py -- SCENE.blend FOLDER REPORT.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.capture_in_place import changes, frames_captured, main, stop_half_way
from tests.capture.inside.rna_dump import dump_settings
from tests.capture.inside.script import run


def report(folder: Path) -> dict[str, Any]:
    scene = Path(bpy.data.filepath).stem
    found: dict[str, Any] = whatever_changed(folder) if scene == "cards" else {}
    before = contents(folder)
    found["again"] = frames_that_differ(before, contents(folder))
    for change in CHANGES[scene]:
        change()
        after = contents(folder)
        found[change.__name__] = frames_that_differ(before, after)
        before = after
    return found


def contents(folder: Path) -> dict[int, str]:
    """What the frames of a new capture contain."""
    frames_captured(folder)
    return {int(each["frame"]): each["content"] for each in json.loads((folder / "shot.json").read_text())["frames"]}


def frames_that_differ(before: dict[int, str], after: dict[int, str]) -> list[int]:
    return [frame for frame, content in after.items() if content != before[frame]]


def whatever_changed(folder: Path) -> dict[str, list[str]]:
    before, trees = dump_settings(), dump_trees()
    frames_captured(folder)
    found = {"changed": changes(before, dump_settings()), "changed_trees": changes(trees, dump_trees())}
    return found | {"changed_by_a_stop": changes(before, stop_half_way(folder)) + changes(trees, dump_trees())}


def dump_trees() -> dict[str, str]:
    """Nodes with everything that they have, and links, of all materials and groups."""
    found: dict[str, str] = {}
    trees = [each.node_tree for each in bpy.data.materials if each.node_tree] + list(bpy.data.node_groups)
    for number, tree in enumerate(trees):
        where = f"{number} {tree.name}"
        ends = [(link.from_socket.path_from_id(), link.to_socket.path_from_id()) for link in tree.links]
        found[f"{where} links"] = repr(sorted(ends))
        found[f"{where} nodes"] = repr([node.name for node in tree.nodes])
        found[f"{where} active"] = repr(tree.nodes.active)
        drivers = tree.animation_data.drivers if tree.animation_data else []
        found[f"{where} drivers"] = repr([driver.data_path for driver in drivers])
        for node in tree.nodes:
            for prop in node.bl_rna.properties:
                found[f"{where} {node.name} {prop.identifier}"] = _text(getattr(node, prop.identifier))
            for socket in (*node.inputs, *node.outputs):
                found[f"{where} {socket.path_from_id()}"] = _text(getattr(socket, "default_value", None))
    return found


def _text(value: Any) -> str:
    if isinstance(value, (bpy.types.bpy_prop_array, bpy.types.bpy_prop_collection)):
        return repr(list(value)) if isinstance(value, bpy.types.bpy_prop_array) else str(len(value))
    return repr(value[:]) if hasattr(value, "to_tuple") else repr(value)


def change_color() -> None:
    """Which no hole depends on."""
    nodes = bpy.data.materials["partial"].node_tree.nodes
    next(node for node in nodes if node.type == "BSDF_PRINCIPLED").inputs["Base Color"].default_value = (1, 0, 0, 1)


def change_texture() -> None:
    image = bpy.data.images["Checker"]
    image.pixels = [1] * 16
    image.pack()


def change_mix() -> None:
    nodes = bpy.data.node_groups["Cut"].nodes
    next(node for node in nodes if node.type == "MIX_SHADER").mute = True


def change_slot() -> None:
    bpy.data.objects["two slots"].data.polygons[1].material_index = 0


def change_vertex_color() -> None:
    for corner in bpy.data.objects["vertex_color"].data.color_attributes["Cut"].data:
        corner.color = (1, 1, 1, 0)


def change_other_map() -> None:
    bpy.data.objects["other_map"].data.uv_layers["Other"].uv[0].vector = (0.5, 0.5)


def change_object_color() -> None:
    bpy.data.objects["object_color"].color = (1, 1, 1, 0)


def change_empty() -> None:
    bpy.data.objects["Empty"].location.x += 0.5


def change_sequence() -> None:
    """In the second frame."""
    image = bpy.data.images.new("Frame", 2, 2, alpha=True)
    image.pixels = [0] * 16
    image.filepath_raw, image.file_format = bpy.path.abspath("//hole_0002.png"), "PNG"
    image.save()
    bpy.data.images.remove(image)
    bpy.data.images["hole_0001.png"].reload()


CHANGES = {
    "cards": (change_color, change_slot, change_mix, change_texture),
    "holes_of_many_kinds": (change_vertex_color, change_other_map, change_object_color, change_empty, change_sequence),
}


if __name__ == "__main__":
    run(lambda: main(report))
