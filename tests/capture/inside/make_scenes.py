"""Makes the scenes that the tests capture. Runs in Blender: make_scenes.py -- FOLDER"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from pathlib import Path

import bpy


def truth() -> None:
    """A cube of two metres, a quad whose UVs are its x and z, and a cut from a shifted to an orthographic camera."""
    bpy.ops.mesh.primitive_cube_add(size=2, location=(0, 0, 0))
    quad = bpy.data.meshes.new("Quad")
    quad.from_pydata([(2, 1, 0), (4, 1, 0), (4, 1, 2), (2, 1, 2)], [], [(0, 1, 2, 3)])
    quad.uv_layers.new(name="Map").uv.foreach_set("vector", [0.2, 0.0, 0.4, 0.0, 0.4, 0.2, 0.2, 0.2])
    add(bpy.data.objects.new("Quad", quad))
    shifted = add_camera("Shifted", (1, -9, 3), (72, 5, 3))
    shifted.data.shift_x, shifted.data.shift_y, shifted.data.sensor_fit = 0.1, -0.05, "VERTICAL"
    shifted.scale = (2, 2, 2)  # means nothing to a camera
    orthographic = add_camera("Orthographic", (2, -9, 4), (68, 0, 8))
    orthographic.data.type, orthographic.data.ortho_scale, orthographic.data.shift_x = "ORTHO", 7, 0.05
    scene = bpy.context.scene
    for frame, camera in ((1, shifted), (3, orthographic)):
        scene.timeline_markers.new(camera.name, frame=frame).camera = camera
    scene.camera, scene.frame_end, scene.render.pixel_aspect_x = shifted, 3, 1.25


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


def cut_by_nodes() -> None:
    """A card that geometry nodes make. Its halves have one texture, mirrored, whose alpha cuts off what is near the
    middle."""
    image = bpy.data.images.new("Half", 2, 1, alpha=True)
    image.pixels = [1, 1, 1, 0, 1, 1, 1, 1]
    image.pack()
    material = bpy.data.materials.new("Half")
    material.use_nodes = True
    shader, texture = material.node_tree.nodes["Principled BSDF"], material.node_tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.interpolation = image, "Closest"
    material.node_tree.links.new(texture.outputs["Alpha"], shader.inputs["Alpha"])
    tree = bpy.data.node_groups.new("Card", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    grid, store, cover, result = (
        tree.nodes.new(name)
        for name in (
            "GeometryNodeMeshGrid",
            "GeometryNodeStoreNamedAttribute",
            "GeometryNodeSetMaterial",
            "NodeGroupOutput",
        )
    )
    grid.inputs["Vertices X"].default_value, grid.inputs["Vertices Y"].default_value = 3, 2
    store.domain, store.data_type = "CORNER", "FLOAT2"
    store.inputs["Name"].default_value = "Map"
    cover.inputs["Material"].default_value = material
    for origin, target in (
        (grid.outputs["Mesh"], store.inputs["Geometry"]),
        (
            folded(tree, grid.outputs["UV Map"]),
            next(each for each in store.inputs if each.name == "Value" and each.enabled),
        ),
        (store.outputs[0], cover.inputs["Geometry"]),
        (cover.outputs[0], result.inputs[0]),
    ):
        tree.links.new(origin, target)
    card = add(bpy.data.objects.new("Card", bpy.data.meshes.new("Card")))
    card.modifiers.new("Card", "NODES").node_group = tree
    camera = add_camera("Camera", (0, 0, 5), (0, 0, 0))
    camera.data.type, camera.data.ortho_scale = "ORTHO", 2
    bpy.context.scene.camera = camera


def folded(tree: bpy.types.NodeTree, uv: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """U from 1 over 0 to 1."""
    for operation, value in (("SUBTRACT", (0.5, 0, 0)), ("ABSOLUTE", None), ("MULTIPLY", (2, 1, 1))):
        node = tree.nodes.new("ShaderNodeVectorMath")
        node.operation = operation
        if value:
            node.inputs[1].default_value = value
        tree.links.new(uv, node.inputs[0])
        uv = node.outputs[0]
    return uv


def oddities() -> None:
    """What Cycles renders and a shot cannot hold, or only in another way; and settings that capture must overrule."""
    for x, name in ((-2, "Holdout"), (0, "Catcher"), (2, "Hairy")):
        bpy.ops.mesh.primitive_cube_add(size=1, location=(x, 0, 0))
        bpy.context.object.name = name
    bpy.ops.object.particle_system_add()
    bpy.context.object.particle_systems[0].settings.type = "HAIR"
    bpy.data.objects["Holdout"].is_holdout = bpy.data.objects["Catcher"].is_shadow_catcher = True
    edges = bpy.data.meshes.new("Edges")
    edges.from_pydata([(0, 0, 2), (1, 0, 2)], [(0, 1)], [])
    add(bpy.data.objects.new("Edges", edges))
    add(bpy.data.objects.new("Smoke", bpy.data.volumes.new("Smoke")))
    add(bpy.data.objects.new("Points", bpy.data.pointclouds.new("Points")))
    scene = bpy.context.scene
    scene.camera, scene.frame_end, scene.frame_current = add_camera("Camera", (0, -9, 3), (72, 0, 0)), 2, 2
    scene.camera.data.dof.use_dof = True
    scene.world = bpy.data.worlds.new("World")
    scene.render.image_settings.file_format = "JPEG"
    scene.render.image_settings.quality = 37
    scene.render.use_motion_blur = scene.render.use_border = scene.render.use_stamp = True
    scene.view_layers[0].use_pass_mist = scene.view_layers[0].use_pass_cryptomatte_object = True
    scene.view_layers.new("Second")


def no_camera() -> None:
    bpy.ops.mesh.primitive_cube_add()


def panoramic() -> None:
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.scene.camera = add_camera("Camera", (0, -9, 0), (90, 0, 0))
    bpy.context.scene.camera.data.type = "PANO"


def looks_away() -> None:
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.scene.camera = add_camera("Camera", (0, -9, 0), (-90, 0, 0))


def stereo() -> None:
    look_at_cube()
    bpy.context.scene.render.use_multiview = True


def odd_size() -> None:
    look_at_cube()
    bpy.context.scene.render.resolution_x = 100


def twins() -> None:
    """Two names to which Blender's string hash gives one value."""
    look_at_cube()
    bpy.context.object.name = "aj"
    bpy.ops.mesh.primitive_cube_add(location=(2, 0, 0))
    bpy.context.object.name = "bE"


def linked() -> None:
    """The cube of truth.blend, linked."""
    look_at_cube()
    with bpy.data.libraries.load("//truth.blend", link=True, relative=True) as (_, wanted):
        wanted.objects = ["Cube"]
    add(bpy.data.objects["Cube", "//truth.blend"]).hide_render = False


def look_at_cube() -> None:
    bpy.context.scene.camera = add_camera("Camera", (0, -9, 0), (90, 0, 0))
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "Own"


def add(item: bpy.types.Object) -> bpy.types.Object:
    bpy.context.scene.collection.objects.link(item)
    return item


def add_camera(name: str, location: tuple[float, ...], degrees: tuple[float, ...]) -> bpy.types.Object:
    camera = add(bpy.data.objects.new(name, bpy.data.cameras.new(name)))
    camera.location, camera.rotation_euler = location, tuple(map(math.radians, degrees))
    return camera


def save(scene: Callable[[], None], folder: Path) -> None:
    path = folder / f"{scene.__name__}.blend"
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.preferences.filepaths.save_version = 0
    render = bpy.context.scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = 256, 192, 50
    bpy.context.scene.frame_end = 2
    bpy.ops.wm.save_as_mainfile(filepath=str(path))  # so that // means its folder
    scene()
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False)


SCENES = (truth, actors, cut_by_nodes, oddities, no_camera, panoramic, looks_away, stereo, odd_size, twins, linked)

if __name__ == "__main__":
    for each in SCENES:
        save(each, Path(sys.argv[-1]))
    sys.stdout.flush()
    os._exit(0)
