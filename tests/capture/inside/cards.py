"""Cards to cut holes into. Runs in Blender."""

from __future__ import annotations

import bpy


def card(name: str, at: tuple[float, float], size: float = 1, z: float = 0, halves: bool = False) -> bpy.types.Object:
    """A square around `at`, in one polygon or in a lower and an upper half."""
    rows = (-size, 0, size) if halves else (-size, size)
    mesh = bpy.data.meshes.new(name)
    vertices = [(x, y, 0) for y in rows for x in (-size, size)]
    mesh.from_pydata(vertices, [], [(row, row + 1, row + 3, row + 2) for row in range(0, len(vertices) - 2, 2)])
    layer = mesh.uv_layers.new(name="Map")
    for loop in mesh.loops:
        x, y, _ = mesh.vertices[loop.vertex_index].co
        layer.uv[loop.index].vector = ((x / size + 1) / 2, (y / size + 1) / 2)
    item = bpy.data.objects.new(name, mesh)
    item.location = (*at, z)
    bpy.context.scene.collection.objects.link(item)
    return item


def subdivide(item: bpy.types.Object) -> bpy.types.Object:
    subdivision = item.modifiers.new("Subdivision", "SUBSURF")
    subdivision.subdivision_type, subdivision.render_levels = "SIMPLE", 2
    return item


def set_by_nodes(item: bpy.types.Object, material: bpy.types.Material | None) -> None:
    """Geometry nodes give the card a material, or replace it by a mesh that has none."""
    tree = bpy.data.node_groups.new(item.name, "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    given, result = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    if material:
        node = tree.nodes.new("GeometryNodeSetMaterial")
        node.inputs["Material"].default_value = material
        tree.links.new(given.outputs[0], node.inputs["Geometry"])
    else:
        node = tree.nodes.new("GeometryNodeMeshGrid")
        for name in ("Size X", "Size Y"):
            node.inputs[name].default_value = 2
    tree.links.new(node.outputs[0], result.inputs[0])
    item.modifiers.new("Nodes", "NODES").node_group = tree


def make_foggy(item: bpy.types.Object) -> None:
    """Geometry nodes add a volume to the card."""
    tree = bpy.data.node_groups.new(item.name, "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    given, result = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    volume, join = tree.nodes.new("GeometryNodeVolumeCube"), tree.nodes.new("GeometryNodeJoinGeometry")
    for origin in (given, volume):
        tree.links.new(origin.outputs[0], join.inputs[0])
    tree.links.new(join.outputs[0], result.inputs[0])
    item.modifiers.new("Nodes", "NODES").node_group = tree


def camera_above(at: tuple[float, float], width: float) -> None:
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location, camera.data.type, camera.data.ortho_scale = (*at, 20), "ORTHO", width
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
