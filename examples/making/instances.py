"""instances.blend: a village of copies in every way Blender knows, and a tower without UVs whose sails turn."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
from making.stage import FRAMES, add, add_camera, animate, empty_scene, plain, save
from making.surfaces import Surface, ball, grid, lathe, mesh_of
from mathutils import Vector, noise

TREE = (
    *((0, 0), (0, 0.12), (0.5, 0.09), (0.55, 0.7), (0.95, 0.42), (1.0, 0.6), (1.5, 0.32), (1.55, 0.45)),
    *((2.3, 0.03), (2.32, 0)),
)
WALL = ((0, 0), (0, 0.9), (1.1, 0.85), (1.12, 0))
ROOF = ((1.0, 0), (1.0, 1.2), (1.05, 1.2), (1.5, 0.75), (2.2, 0.12), (2.25, 0))
POST = ((0, 0), (0, 0.06), (0.62, 0.06), (0.7, 0))
TOWER = ((0, 0), (0, 1.1), (2.6, 0.72), (2.7, 0.8), (2.8, 0.78), (3.3, 0.42), (3.5, 0))
SAIL = ((0, 0), (0.3, 0.08), (0.5, 0.26), (1.9, 0.26), (2.0, 0))
TREES = (
    *((-3.4, 1.0, 1.0), (-4.6, 2.6, 1.3), (-2.4, 4.2, 1.1), (3.9, 0.2, 1.0), (5.2, 2.4, 1.4), (1.4, 6.2, 1.2)),
    (4.1, 5.4, 1.1),
)
HUTS = ((-2.0, 1.2, 0.2), (-0.4, 3.8, 1.4), (2.7, 2.2, -0.7))


def make(path: Path) -> None:
    empty_scene()
    lines = np.sinh(np.linspace(-1, 1, 51) * 3) / np.sinh(3) * 40
    add("Ground", mesh_of("Ground", grid(lines, lines + 8, hills)), (0.55, 0.56, 0.6))
    add_trees()
    add_huts()
    add_fence()
    add_windmill(Vector((0.9, 1.3, 0)))
    scatter_stones()
    add_camera(
        {1: (-2.6, -6.6, 2.0), FRAMES: (0.6, -6.0, 2.6)},
        {1: (0.1, 1.5, 1.45), FRAMES: (0.4, 1.5, 1.5)},
        {1: 38.0},
    )
    save(path, {"prompt": "a red brick tower in the snow in the evening", "out": "//../out/village"})


def hills(x: float, y: float) -> float:
    away = min(1.0, max(0.0, (math.hypot(x, y - 2) - 5) / 12))
    return away * away * (2.2 + 2.0 * noise.noise(Vector((x * 0.09, y * 0.09, 2.5))))


def add_trees() -> None:
    """Linked duplicates: objects that share one mesh."""
    mesh = mesh_of("Tree", lathe(TREE, 14))
    mesh.materials.append(plain("Tree", (0.06, 0.16, 0.09)))
    for index, (x, y, size) in enumerate(TREES, 1):
        tree = add(f"Tree {index}", mesh, at=(x, y, hills(x, y) - 0.05))
        tree.scale, tree.rotation_euler.z = (size, size, size), index * 1.3


def add_huts() -> None:
    """Instances of a collection that is not in the scene itself."""
    hut = bpy.data.collections.new("Hut")
    for name, profile, colour in (("Hut wall", WALL, (0.45, 0.3, 0.2)), ("Hut roof", ROOF, (0.35, 0.27, 0.12))):
        item = add(name, mesh_of(name, lathe(profile, 16)), colour)
        bpy.context.scene.collection.objects.unlink(item)
        hut.objects.link(item)
    for index, (x, y, turn) in enumerate(HUTS, 1):
        instance = add(f"Hut {index}", None, at=(x, y, 0))
        instance.instance_type, instance.instance_collection = "COLLECTION", hut
        instance.rotation_euler.z = turn


def add_fence() -> None:
    """An array: copies inside one mesh, which share their UVs."""
    post = add("Fence", mesh_of("Fence", lathe(POST, 8)), (0.3, 0.2, 0.12), at=(-3.6, -1.4, 0))
    array = post.modifiers.new("Array", "ARRAY")
    array.count, array.use_relative_offset, array.use_constant_offset = 15, False, True
    array.constant_offset_displace = (0.5, 0.0, 0.0)


def add_windmill(at: Vector) -> None:
    """A tower without UVs; its sails are linked duplicates that turn about one hub."""
    mesh = mesh_of("Windmill", lathe(TOWER, 20))
    mesh.uv_layers.remove(mesh.uv_layers[0])
    add("Windmill", mesh, (0.6, 0.55, 0.5), at=tuple(at))
    hub = add("Hub", None, at=tuple(at + Vector((0, -0.85, 2.75))))
    animate(hub, "rotation_euler", {1: (0, 0, 0), FRAMES + 1: (0, math.pi, 0)})
    sail = mesh_of("Sail", lathe(SAIL, 8, 0.12))
    sail.materials.append(plain("Sail", (0.7, 0.6, 0.45)))
    for index in range(4):
        blade = add(f"Sail {index + 1}", sail)
        blade.parent, blade.rotation_euler = hub, (0, index * math.pi / 2 + 0.3, 0)


def scatter_stones() -> None:
    """Geometry nodes: stones on points, each with a size and a turn of its own."""
    stone = add("Stone", mesh_of("Stone", _stone()), (0.3, 0.3, 0.33), at=(0, 0, -5))
    stone.hide_render = True
    angles = np.linspace(0, 2 * math.pi, 36, endpoint=False)
    circle = [(3.6 + 0.7 * math.sin(angle * 7.3), angle) for angle in angles]
    points = bpy.data.meshes.new("Stones")
    points.from_pydata([(r * math.cos(a) + 0.5, r * math.sin(a) + 0.8, 0.02) for r, a in circle], [], [])
    add("Stones", points).modifiers.new("Scatter", "NODES").node_group = _copies_on_points(stone)


def _copies_on_points(item: bpy.types.Object) -> bpy.types.NodeTree:
    tree = bpy.data.node_groups.new("Scatter", "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    kinds = ("NodeGroupInput", "NodeGroupOutput", "GeometryNodeObjectInfo", "GeometryNodeInstanceOnPoints")
    start, end, source, copies = (tree.nodes.new(kind) for kind in kinds)
    source.inputs["Object"].default_value = item
    size, turn = tree.nodes.new("FunctionNodeRandomValue"), tree.nodes.new("FunctionNodeRandomValue")
    size.data_type, turn.data_type = "FLOAT", "FLOAT_VECTOR"
    _enabled(size.inputs, "Min").default_value, _enabled(size.inputs, "Max").default_value = 0.4, 1.3
    _enabled(turn.inputs, "Max").default_value = (math.tau, math.tau, math.tau)
    for output, socket in (
        (start.outputs[0], copies.inputs["Points"]),
        (source.outputs["Geometry"], copies.inputs["Instance"]),
        (_enabled(size.outputs, "Value"), copies.inputs["Scale"]),
        (_enabled(turn.outputs, "Value"), copies.inputs["Rotation"]),
        (copies.outputs["Instances"], end.inputs[0]),
    ):
        tree.links.new(output, socket)
    return tree


def _enabled(sockets: bpy.types.bpy_prop_collection, name: str) -> bpy.types.NodeSocket:
    """The socket in use among those of one name, which a node has for each kind of value."""
    return next(socket for socket in sockets if socket.name == name and socket.enabled)


def _stone() -> Surface:
    return lathe(ball(0.16, 6), 10).shaped(lambda point: point * (1 + 0.5 * noise.noise(point * 9)))
