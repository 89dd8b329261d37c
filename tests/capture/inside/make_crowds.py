"""Makes scenes of many instances. Runs in Blender: make_crowds.py -- FOLDER"""

from __future__ import annotations

import math
import sys
from functools import partial
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.script import make_files, run


def kinds(edited: bool = False) -> None:
    """Every way to make instances: linked duplicates, collections in collections, geometry nodes, particles.

    The artist may have edited it: objects were added before all others, and "Leaf 0" is gone.
    """
    cube = add("Cube", unit_cube(), (-4, 0, 0))
    for number in range(2):
        add(f"Linked {number}", cube.data, (-4, 1.5 * number + 1.5, 0))
    inner, outer = (bpy.data.collections.new(name) for name in ("Inner", "Outer"))
    if edited:
        inner.objects.link(bpy.data.objects.new("Added leaf", unit_cube()))
        outer.objects.link(bpy.data.objects.new("Added middle", None))
        herd = add("Added herd", None, (0, -3.5, 0))
        herd.instance_type, herd.instance_collection = "COLLECTION", outer
    for number in range(1 if edited else 0, 2):
        cube = bpy.data.objects.new(f"Leaf {number}", unit_cube())
        cube.location.x = number
        inner.objects.link(cube)
    for number in range(2):
        middle = bpy.data.objects.new(f"Middle {number}", None)
        middle.instance_type, middle.instance_collection = "COLLECTION", inner
        middle.location.y = 1.5 * number
        outer.objects.link(middle)
    for number in range(2):
        herd = add(f"Herd {number}", None, (0, 3.5 * number, 0))
        herd.instance_type, herd.instance_collection = "COLLECTION", outer
    scatter(9, (4, 0, 0))
    emit_particles()
    camera_above(14)


def ties() -> None:
    """Two names to which Blender's string hash gives one value, a name apart; one of them comes in frame 2 only."""
    for name, x in (("aj", -1.0), ("bE", 1.0), ("cB", 0.0)):
        add(name, unit_cube(), (x, 0, 0))
    last = bpy.data.objects["bE"]
    for frame, hidden in ((1, True), (2, False)):
        last.hide_render = hidden
        last.keyframe_insert("hide_render", frame=frame)
    camera_above(4)


def hedge(edited: bool = False) -> None:
    """A collection that geometry nodes instance as a whole at two points, of which a twig is gone in frame 2, and rows
    of one leaf.

    The artist may have edited it: a twig was added before all others.
    """
    twigs, leaves = (bpy.data.collections.new(name) for name in ("Twigs", "Leaves"))
    leaf = bpy.data.objects.new("Leaf", unit_cube())
    leaf.location.y = 1
    leaves.objects.link(leaf)
    for number, name in enumerate([*(["Added twig"] if edited else []), "Twig 0", "Twig 1"]):
        twig = bpy.data.objects.new(name, unit_cube())
        twig.location.x = number
        twigs.objects.link(twig)
    for frame in (1, 2):
        twigs.objects["Twig 0"].hide_render = frame == 2
        twigs.objects["Twig 0"].keyframe_insert("hide_render", frame=frame)
    tree, result = geometry_nodes("Hedge")
    whole, one_by_one, joined = (
        tree.nodes.new(f"GeometryNode{name}") for name in ("CollectionInfo", "CollectionInfo", "JoinGeometry")
    )
    whole.inputs["Collection"].default_value, one_by_one.inputs["Collection"].default_value = twigs, leaves
    one_by_one.inputs["Separate Children"].default_value = True
    row = on_points(tree, one_by_one.outputs["Instances"], (1, 0, 0), pick=True)
    for instance in (whole.outputs["Instances"], row):
        tree.links.new(on_points(tree, instance, (0, 2, 0)), joined.inputs[0])
    tree.links.new(joined.outputs[0], result.inputs[0])
    add("Hedge", unit_cube(), (-1, -1, 0)).modifiers.new("Hedge", "NODES").node_group = tree
    camera_above(6)


def arrivals() -> None:
    """Twelve without UVs, three in each of four frames: the first by name come last."""
    bpy.context.scene.frame_end = 4
    for number in range(12):
        mesh = unit_cube()
        mesh.uv_layers.remove(mesh.uv_layers[0])
        leaf = add(f"Leaf {number:02}", mesh, (number % 3 - 1, number // 3 - 1, 0))
        for frame in range(1, 5):
            leaf.hide_render = frame != 4 - number // 3
            leaf.keyframe_insert("hide_render", frame=frame)
    camera_above(6)


def coincident() -> None:
    """The same at one place: nothing tells them apart."""
    for name in ("aj", "bE"):
        add(name, unit_cube(), (0, 0, 0))
    camera_above(4)


def crowd(count: int) -> None:
    """Instances that turn from frame to frame, and a plane that moves."""
    scatter(count, (0, 0, 0))
    camera_above(math.sqrt(count) * 1.5)


def terrain(triangles: int) -> None:
    side = math.isqrt(triangles // 2)
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=side, y_subdivisions=side, size=10)
    camera_above(12)


def scatter(count: int, location: tuple[float, float, float]) -> None:
    tree, result = geometry_nodes("Scatter")
    grid, cube, instances, time = (
        tree.nodes.new(name)
        for name in (
            "GeometryNodeMeshGrid",
            "GeometryNodeMeshCube",
            "GeometryNodeInstanceOnPoints",
            "GeometryNodeInputSceneTime",
        )
    )
    side = math.ceil(math.sqrt(count))
    for axis in ("X", "Y"):
        grid.inputs[f"Size {axis}"].default_value = side - 1
        grid.inputs[f"Vertices {axis}"].default_value = side
    cube.inputs["Size"].default_value = (0.5, 0.5, 0.5)
    tree.links.new(grid.outputs["Mesh"], instances.inputs["Points"])
    tree.links.new(cube.outputs["Mesh"], instances.inputs["Instance"])
    tree.links.new(time.outputs["Seconds"], instances.inputs["Rotation"])
    tree.links.new(instances.outputs["Instances"], result.inputs[0])
    add("Scatter", unit_cube(), location).modifiers.new("Scatter", "NODES").node_group = tree


def geometry_nodes(name: str) -> tuple[bpy.types.NodeTree, bpy.types.Node]:
    """An empty tree, with its output."""
    tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    return tree, tree.nodes.new("NodeGroupOutput")


def on_points(
    tree: bpy.types.NodeTree, instance: bpy.types.NodeSocket, offset: tuple[float, float, float], pick: bool = False
) -> bpy.types.NodeSocket:
    """Two instances, so far apart."""
    line, instances = (tree.nodes.new(f"GeometryNode{name}") for name in ("MeshLine", "InstanceOnPoints"))
    line.inputs["Count"].default_value, line.inputs["Offset"].default_value = 2, offset
    tree.links.new(line.outputs["Mesh"], instances.inputs["Points"])
    instances.inputs["Pick Instance"].default_value = pick
    tree.links.new(instance, instances.inputs["Instance"])
    return instances.outputs["Instances"]


def emit_particles() -> None:
    bpy.ops.mesh.primitive_plane_add(size=2, location=(4, 5, 0))
    emitter = bpy.context.object
    emitter.name = "Emitter"
    settings = emitter.modifiers.new("Particles", "PARTICLE_SYSTEM").particle_system.settings
    settings.count, settings.frame_end, settings.physics_type = 12, 1, "NO"
    settings.render_type, settings.particle_size = "OBJECT", 0.4
    settings.instance_object = bpy.data.objects["Cube"]


def unit_cube() -> bpy.types.Mesh:
    bpy.ops.mesh.primitive_cube_add(size=0.8)
    mesh = bpy.context.object.data
    bpy.data.objects.remove(bpy.context.object)
    return mesh


def add(name: str, content: bpy.types.ID | None, location: tuple[float, float, float]) -> bpy.types.Object:
    item = bpy.data.objects.new(name, content)
    item.location = location
    bpy.context.scene.collection.objects.link(item)
    return item


def camera_above(size: float) -> None:
    camera = add("Camera", bpy.data.cameras.new("Camera"), (0.1, 0.2, 50))
    camera.data.type, camera.data.ortho_scale = "ORTHO", size
    bpy.context.scene.camera = camera


SCENES = {
    "kinds": kinds,
    "kinds_edited": partial(kinds, edited=True),
    "ties": ties,
    "coincident": coincident,
    "hedge": hedge,
    "hedge_edited": partial(hedge, edited=True),
    "arrivals": arrivals,
    "crowd_of_100": partial(crowd, 100),
    "crowd_of_400": partial(crowd, 400),
    "terrain": partial(terrain, 20000),
}

if __name__ == "__main__":
    run(lambda: make_files(Path(sys.argv[-1]), SCENES, 128, 128))
