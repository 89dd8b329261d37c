"""A scene of what moves. Runs in Blender."""

from __future__ import annotations

import math

import bpy

from tests.capture.inside.things import add, add_camera


def actors() -> None:
    """What moves and how: bones, modifiers, instances, changing topology; and a moving camera."""
    bend_a_tube()
    fold_a_dart()
    bpy.ops.mesh.primitive_plane_add(size=12, location=(0, 0, -1))
    bpy.context.object.name = "Ground"
    bpy.ops.mesh.primitive_monkey_add(size=1, location=(30, 0, 0))
    group = bpy.data.collections.new("Group")
    group.objects.link(bpy.context.object)
    for number in range(2):
        herd = add(bpy.data.objects.new(f"Herd{number}", None))
        herd.instance_type, herd.instance_collection = "COLLECTION", group
        herd.location = (-33 + 1.5 * number, 1, 0)
    scatter_cubes()
    bpy.ops.object.text_add(location=(1.5, -1, -0.5), rotation=(1.2, 0, 0))
    bpy.context.object.data.extrude = 0.1
    bpy.ops.mesh.primitive_uv_sphere_add(location=(3, 1, 0), scale=(-0.5, 0.5, 0.8))
    bpy.context.object.name = "Würfelß日本"
    bpy.context.object.data.uv_layers.remove(bpy.context.object.data.uv_layers[0])
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=4, y_subdivisions=4, location=(0, 3, 1), rotation=(1.3, 0, 0))
    build = bpy.context.object.modifiers.new("Build", "BUILD")
    build.frame_start, build.frame_duration = 0, 6
    bpy.ops.mesh.primitive_cube_add(location=(0, -2, 0))
    bpy.context.object.hide_render = True
    camera = add_camera("Camera", (0, -9, 3), (72, 0, 0))
    camera.data.shift_x = -0.08
    for frame, x in ((1, -1.0), (5, 1.0)):
        camera.location.x = x
        camera.keyframe_insert("location", frame=frame)
    bpy.context.scene.camera, bpy.context.scene.frame_end = camera, 5


def bend_a_tube() -> None:
    """Skinned to two bones, with subdivision that differs between window (0) and render (2)."""
    bpy.ops.mesh.primitive_cylinder_add(vertices=8, depth=3, location=(0, 0, 0.5))
    tube = bpy.context.object
    tube.name = "Tube"
    for name, sign in (("Lower", -1), ("Upper", 1)):
        vertices = [vertex.index for vertex in tube.data.vertices if vertex.co.z * sign > 0]
        tube.vertex_groups.new(name=name).add(vertices, 1.0, "REPLACE")
    bpy.ops.object.armature_add(location=(0, 0, -1))
    rig = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    lower = rig.data.edit_bones[0]
    lower.name, lower.tail = "Lower", (0, 0, 1.5)
    upper = rig.data.edit_bones.new("Upper")
    upper.head, upper.tail, upper.parent = (0, 0, 1.5), (0, 0, 3), lower
    bpy.ops.object.mode_set(mode="POSE")
    bone = rig.pose.bones["Upper"]
    bone.rotation_mode = "XYZ"
    for frame, angle in ((1, 0.0), (5, 60.0)):
        bone.rotation_euler.x = math.radians(angle)
        bone.keyframe_insert("rotation_euler", frame=frame)
    bpy.ops.object.mode_set(mode="OBJECT")
    tube.modifiers.new("Armature", "ARMATURE").object = rig
    subdivision = tube.modifiers.new("Subdivision", "SUBSURF")
    subdivision.levels, subdivision.render_levels = 0, 2


def fold_a_dart() -> None:
    """A quad of which a corner moves inwards, so that it has to be cut along its other diagonal."""
    mesh = bpy.data.meshes.new("Dart")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)], [], [(0, 1, 2, 3)])
    mesh.uv_layers.new(name="Map").uv.foreach_set("vector", [0, 0, 1, 0, 1, 1, 0, 1])
    dart = add(bpy.data.objects.new("Dart", mesh))
    dart.location = (-3, -1, 0.5)
    dart.shape_key_add(name="Basis")
    folded = dart.shape_key_add(name="Folded")
    folded.data[1].co = (0.3, 0, 0.7)
    for frame, value in ((1, 0.0), (5, 1.0)):
        folded.value = value
        folded.keyframe_insert("value", frame=frame)


def scatter_cubes() -> None:
    """Geometry-node instances on a grid's points, with a UV map that geometry nodes store."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=3, y_subdivisions=3, size=3, location=(-2, -2, -0.8))
    bpy.context.object.name = "Scatter"
    tree = bpy.data.node_groups.new("Scatter", "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    grid, result = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    cube, store, instances = (
        tree.nodes.new(f"GeometryNode{name}") for name in ("MeshCube", "StoreNamedAttribute", "InstanceOnPoints")
    )
    cube.inputs["Size"].default_value = (0.3, 0.3, 0.3)
    store.domain, store.data_type = "CORNER", "FLOAT2"
    store.inputs["Name"].default_value = "Map"
    value = next(socket for socket in store.inputs if socket.name == "Value" and socket.enabled)
    tree.links.new(cube.outputs["Mesh"], store.inputs["Geometry"])
    tree.links.new(cube.outputs["UV Map"], value)
    tree.links.new(grid.outputs[0], instances.inputs["Points"])
    tree.links.new(store.outputs["Geometry"], instances.inputs["Instance"])
    tree.links.new(instances.outputs["Instances"], result.inputs[0])
    bpy.context.object.modifiers.new("Scatter", "NODES").node_group = tree
