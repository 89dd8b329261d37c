"""Makes the scenes that most tests capture. Runs in Blender: make_scenes.py -- FOLDER"""

from __future__ import annotations

import sys
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.actors import actors
from tests.capture.inside.script import make_files, run
from tests.capture.inside.things import add, add_camera, look_at_cube


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
    """What Cycles renders and a shot cannot hold, or only in another way; settings that capture must overrule; and an
    object in Edit Mode."""
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
    bpy.context.view_layer.objects.active = bpy.data.objects["Catcher"]
    bpy.ops.object.mode_set(mode="EDIT")


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


def far() -> None:
    """Five kilometres from the origin."""
    look_at_cube()
    for item in bpy.context.scene.objects:
        item.location.x += 5000


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


SCENES = (truth, actors, cut_by_nodes, oddities, no_camera, panoramic, looks_away, stereo, odd_size, far, twins, linked)

if __name__ == "__main__":
    run(lambda: make_files(Path(sys.argv[-1]), {scene.__name__: scene for scene in SCENES}, 256, 192, percentage=50))
