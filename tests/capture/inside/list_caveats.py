"""Makes scenes with something that a shot cannot hold, and writes down what capture says of them without rendering.

Runs in Blender: list_caveats.py -- FOLDER
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from addon.checkout import load_checkout
from tests.capture.inside.script import empty_scene, run, save

caveats = importlib.import_module(f"{load_checkout()}.addon.capture.caveats").caveats


def told(frames: range = range(1, 3)) -> list[str]:
    return list(caveats(bpy.context.scene, bpy.context.view_layer, frames))


def smoke() -> bpy.types.Object:
    return bpy.data.objects.new("Smoke", bpy.data.volumes.new("Smoke"))


def shown_by_a_collection() -> None:
    """In a collection that is in another, which an empty shows."""
    inner, outer = (bpy.data.collections.new(name) for name in ("Inner", "Outer"))
    inner.objects.link(smoke())
    outer.children.link(inner)
    herd = bpy.data.objects.new("Herd", None)
    herd.instance_type, herd.instance_collection = "COLLECTION", outer
    bpy.context.scene.collection.objects.link(herd)


def shown_by_nodes() -> None:
    tree = bpy.data.node_groups.new("Scatter", "GeometryNodeTree")
    tree.nodes.new("NodeGroupOutput")
    tree.nodes.new("GeometryNodeObjectInfo").inputs["Object"].default_value = smoke()
    bpy.ops.mesh.primitive_plane_add()
    bpy.context.object.modifiers.new("Nodes", "NODES").node_group = tree


def shown_by_nothing() -> None:
    """A fake user keeps it in the file."""
    smoke().use_fake_user = True


def add_early_particles() -> None:
    bpy.ops.mesh.primitive_plane_add()
    bpy.context.object.modifiers.new("Particles", "PARTICLE_SYSTEM")
    system = bpy.context.object.particle_systems[0]
    system.settings.frame_start = system.point_cache.frame_start = -12


def add_fluid(folder: str, is_baked: bool, cache_type: str = "ALL") -> None:
    """Windows do not show it: not every Blender can evaluate one."""
    bpy.ops.mesh.primitive_cube_add()
    modifier = bpy.context.object.modifiers.new("Fluid", "FLUID")
    modifier.show_viewport, modifier.fluid_type = False, "DOMAIN"
    domain = modifier.domain_settings
    domain.domain_type, domain.cache_type, domain.cache_directory = "LIQUID", cache_type, folder
    domain.has_cache_baked_data = domain.has_cache_baked_any = is_baked


def report(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for add in (shown_by_a_collection, shown_by_nodes, shown_by_nothing):
        empty_scene(64, 48, frame_end=2)
        add()
        found[add.__name__] = told()
    empty_scene(64, 48, frame_end=4)
    add_early_particles()
    found |= {f"from frame {first}": told(range(first, 5)) for first in (-2, 1)}
    for name, is_baked in (("gone", True), ("there", True), ("unbaked", False)):
        empty_scene(64, 48, frame_end=2)
        save(folder / "fluid.blend")
        add_fluid(f"//{name}", is_baked)
        found[f"fluid {name}"] = told()
    empty_scene(64, 48, frame_end=2)
    add_fluid("//live", False, "REPLAY")
    found["fluid live"] = told()
    return found


def main(folder: Path) -> None:
    (folder / "there" / "data").mkdir(parents=True)
    (folder / "there" / "data" / "fluid_data_0001.vdb").touch()
    (folder / "report.json").write_text(json.dumps(report(folder)))


if __name__ == "__main__":
    run(lambda: main(Path(sys.argv[-1])))
