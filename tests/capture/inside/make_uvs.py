"""Makes a scene of surfaces whose UVs are missing, overlap, or lie on several tiles: make_uvs.py -- FILE"""

from __future__ import annotations

import sys
from pathlib import Path

import bpy
import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.script import empty_scene, run, save


def make(path: Path) -> None:
    scene = empty_scene(256, 192, frame_end=4)
    add_surfaces()
    bpy.ops.object.camera_add(location=(5, 4.5, 20))
    scene.camera = bpy.context.object
    scene.camera.data.type, scene.camera.data.ortho_scale = "ORTHO", 16
    save(path)


def add_surfaces() -> None:
    for kind, make_bare in enumerate((cube, monkey, ball, curve, nodes_mesh)):
        named(make_bare(), ("Cube", "Suzanne", "Ball", "Curve", "Nodes")[kind], x=2.5 * kind)
    bpy.ops.object.text_add()
    named(bpy.context.object, "Text", y=3).data.extrude = 0.1
    named(monkey(with_uv=True), "Mirrored", x=3, y=3).modifiers.new("Mirror", "MIRROR").mirror_object = at(4, 3)
    array = named(cube(with_uv=True), "Array", x=7, y=3).modifiers.new("Array", "ARRAY")
    array.count, array.relative_offset_displace = 3, (1.2, 0, 0)
    tiles(named(grid(), "Tiles", y=6))
    crowded(named(grid(), "Crowded", x=2.5, y=6))
    twist(named(grid(with_uv=False), "Twisted", x=5, y=6))
    twin = named(cube(), "One twin", x=7.5, y=6)
    named(bpy.data.objects.new("Other twin", twin.data), "Other twin", x=10, y=6)
    grow(named(grid(with_uv=False), "Growing", y=9))
    late(twist(named(grid(with_uv=False), "Late", x=2.5, y=9)))
    late(twist(subdivided(named(grid(with_uv=False), "Late and fine", x=10.5, y=9))))
    copy_later(named(grid(), "Copied", x=6, y=9))


def named(item: bpy.types.Object, name: str, x: float = 0, y: float = 0) -> bpy.types.Object:
    if item.name not in bpy.context.scene.objects:
        bpy.context.scene.collection.objects.link(item)
    item.name, item.location, item.rotation_euler = name, (x, y, 0), (0.5, 0.3, 0)
    return item


def at(x: float, y: float) -> bpy.types.Object:
    return named(bpy.data.objects.new("Middle", None), "Middle", x, y)


def cube(with_uv: bool = False) -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add(size=1, calc_uvs=with_uv)
    return bpy.context.object


def monkey(with_uv: bool = False) -> bpy.types.Object:
    bpy.ops.mesh.primitive_monkey_add(size=1.5, calc_uvs=with_uv)
    return bpy.context.object


def grid(with_uv: bool = True) -> bpy.types.Object:
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=12, y_subdivisions=12, size=2, calc_uvs=with_uv)
    return bpy.context.object


def ball() -> bpy.types.Object:
    bpy.ops.object.metaball_add(radius=0.8)
    return bpy.context.object


def curve() -> bpy.types.Object:
    bpy.ops.curve.primitive_bezier_circle_add(radius=0.8)
    bpy.context.object.data.bevel_depth = 0.2
    return bpy.context.object


def nodes_mesh() -> bpy.types.Object:
    """A mesh that only geometry nodes know, and none of its UVs."""
    tree = bpy.data.node_groups.new("Ball", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    ball, result = tree.nodes.new("GeometryNodeMeshIcoSphere"), tree.nodes.new("NodeGroupOutput")
    ball.inputs["Subdivisions"].default_value = 3
    tree.links.new(ball.outputs["Mesh"], result.inputs[0])
    item = bpy.data.objects.new("Nodes", bpy.data.meshes.new("Nodes"))
    item.modifiers.new("Nodes", "NODES").node_group = tree
    return item


def tiles(item: bpy.types.Object) -> None:
    """Over two tiles: unique, but not modulo 1."""
    uv = read_uv(item) * (2, 1)
    item.data.uv_layers[0].uv.foreach_set("vector", uv.astype(np.float32).reshape(-1))


def crowded(item: bpy.types.Object) -> None:
    """As many UV maps as a mesh can have, and the one that is rendered folded upon itself."""
    for _ in range(7):
        item.data.uv_layers.new()
    uv = read_uv(item)
    uv[:, 0] = np.abs(uv[:, 0] - 0.5)
    item.data.uv_layers[3].uv.foreach_set("vector", uv.astype(np.float32).reshape(-1))
    item.data.uv_layers[3].active_render = True


def read_uv(item: bpy.types.Object) -> np.ndarray:
    uv = np.empty((len(item.data.loops), 2), np.float32)
    item.data.uv_layers[0].uv.foreach_get("vector", uv.reshape(-1))
    return uv


def twist(item: bpy.types.Object) -> bpy.types.Object:
    modifier = item.modifiers.new("Twist", "SIMPLE_DEFORM")
    modifier.deform_method, modifier.deform_axis = "TWIST", "X"
    for frame, angle in ((1, 0.2), (4, 2.0)):
        modifier.angle = angle
        modifier.keyframe_insert("angle", frame=frame)
    return item


def subdivided(item: bpy.types.Object) -> bpy.types.Object:
    item.modifiers.new("Subdivision", "SUBSURF").subdivision_type = "SIMPLE"
    return item


def grow(item: bpy.types.Object) -> None:
    build = item.modifiers.new("Build", "BUILD")
    build.frame_start, build.frame_duration = -2, 8


def copy_later(item: bpy.types.Object) -> None:
    """Its own UVs are unique as long as there is one of it."""
    array = item.modifiers.new("Array", "ARRAY")
    for frame, count in ((2, 1), (3, 2)):
        array.count = count
        array.keyframe_insert("count", frame=frame)


def late(item: bpy.types.Object) -> None:
    """Not there in the first frame, nor in the third."""
    for frame, hidden in ((1, True), (2, False), (3, True), (4, False)):
        item.hide_render = hidden
        item.keyframe_insert("hide_render", frame=frame)


if __name__ == "__main__":
    run(lambda: make(Path(sys.argv[-1])))
