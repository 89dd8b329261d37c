"""Makes scenes of cut-outs before a wall. Runs in Blender: make_cutouts.py -- FOLDER

Every card is two metres wide. Where it has a texture, the quarters at its lower left and upper right are holes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.script import empty_scene, run, save

Tree = bpy.types.NodeTree


def cards() -> None:
    """A row of cards, each with another way to be transparent, and below them what has no material of its own."""
    ways = (principled, mixed, grouped, added, partial, nothing, glass_group)
    for column, way in enumerate(ways):
        card(way.__name__, (3 * column, 0)).data.materials.append(material_of(way))
    leaf = bpy.data.materials["principled"]
    overlapping = card("overlapping", (21, 0), halves=True)
    overlapping.data.uv_layers[0].uv.foreach_set("vector", [0, 0, 1, 0, 1, 1, 0, 1] * 2)
    overlapping.data.materials.append(leaf)
    two = card("two slots", (0, -3), halves=True)
    two.data.materials.append(solid())
    two.data.materials.append(leaf)
    two.data.polygons[1].material_index = 1
    on_object = card("object slot", (3, -3))
    on_object.data.materials.append(None)
    on_object.material_slots[0].link, on_object.material_slots[0].material = "OBJECT", leaf
    empty = card("empty slot", (6, -3))
    empty.data.materials.append(None)
    empty.material_slots[0].link = "OBJECT"
    card("bare", (9, -3))
    set_by_nodes(card("set by nodes", (12, -3)), leaf)
    set_by_nodes(card("made by nodes", (15, -3)), None)
    fading = card("fading", (18, -3))
    fading.data.materials.append(material_of(fade))
    subdivide(card("bare, subdivided", (21, -3)))
    plain = subdivide(card("without nodes, subdivided", (0, 3)))
    plain.data.materials.append(solid())
    on_object = card("without nodes, object slot", (3, 3))
    on_object.data.materials.append(None)
    on_object.material_slots[0].link, on_object.material_slots[0].material = "OBJECT", solid()
    card("wall", (10.5, -1.5), size=15, z=-2)
    camera_above((10.5, 0), 24)


def hidden_cards() -> None:
    """Cards that a camera does not see, each for another reason, before one that it sees and one that is a holdout."""
    card("plain", (-1, 0), z=-1)
    scene = bpy.context.scene
    for name in ("held out", "indirect only", "excluded", "hidden"):
        collection = bpy.data.collections.new(name)
        scene.collection.children.link(collection)
        item = card(name, (1 if name == "held out" else -1, 0))
        scene.collection.objects.unlink(item)
        collection.objects.link(item)
    layers = scene.view_layers[0].layer_collection.children
    layers["held out"].holdout = layers["indirect only"].indirect_only = layers["excluded"].exclude = True
    bpy.data.collections["hidden"].hide_render = True
    card("not for cameras", (-1, 0)).visible_camera = False
    card("not rendered", (-1, 0)).hide_render = True
    instancer = card("does not show itself", (-1, 0))
    instancer.instance_type, instancer.show_instancer_for_render = "VERTS", False
    camera_above((0, 0), 8)


def fog() -> None:
    """A card of fog before a card."""
    card("plain", (0, 0), z=-1)
    material = bpy.data.materials.new("fog")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    volume, output = (tree.nodes.new(f"ShaderNode{kind}") for kind in ("VolumeScatter", "OutputMaterial"))
    tree.links.new(volume.outputs[0], output.inputs["Volume"])
    card("fog", (0, 0), size=2).data.materials.append(material)
    camera_above((0, 0), 8)


def shown_by_another() -> None:
    """A card without UVs at each corner of another."""
    instancer, part = card("instancer", (0, 0)), card("part", (0, 0), size=0.2)
    instancer.instance_type, part.parent = "VERTS", instancer
    part.data.uv_layers.remove(part.data.uv_layers[0])
    camera_above((0, 0), 8)


def not_as_rendered() -> None:
    """A card for each thing that a render shows otherwise than a shot; the view layer's name is long."""
    displaced, held_out, subdivided, foggy = (
        card(name, (3 * column, 0)) for column, name in enumerate(("displaced", "held out", "subdivided", "foggy"))
    )
    for item, way in ((displaced, principled), (held_out, holdout)):
        item.data.materials.append(material_of(way))
    displace(displaced.data.materials[0])
    scene, modifier = bpy.context.scene, subdivide(subdivided).modifiers[0]
    if hasattr(modifier, "use_adaptive_subdivision"):
        modifier.use_adaptive_subdivision = True
    else:
        scene.cycles.feature_set, subdivided.cycles.use_adaptive_subdivision = "EXPERIMENTAL", True
    make_foggy(foggy)
    collection = bpy.data.collections.new("cut away")
    scene.collection.children.link(collection)
    collection.objects.link(foggy)
    scene.view_layers[0].layer_collection.children["cut away"].holdout = True
    scene.view_layers[0].name = "a name that is far longer than the names of channels in a file can be"[:63]
    camera_above((4.5, 0), 16)


def holdout(tree: Tree) -> bpy.types.NodeSocket:
    return tree.nodes.new("ShaderNodeHoldout").outputs[0]


def displace(material: bpy.types.Material) -> None:
    material.displacement_method, tree = "DISPLACEMENT", material.node_tree
    origin = tree.nodes.new("ShaderNodeDisplacement").outputs[0]
    tree.links.new(origin, tree.get_output_node("CYCLES").inputs["Displacement"])


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


def linked_cards() -> None:
    """All of cards.blend, linked."""
    with bpy.data.libraries.load("//cards.blend", link=True, relative=True) as (there, wanted):
        wanted.objects = list(there.objects)
    for item in wanted.objects:
        bpy.context.scene.collection.objects.link(item)
    bpy.context.scene.camera = next(item for item in wanted.objects if item.type == "CAMERA")


def holes_of_many_kinds() -> None:
    """A card cut by a colour of its vertices, one by another UV map than it is rendered with, one by the frames of an
    image sequence, and one by an image that is missing."""
    folder = Path(bpy.data.filepath).parent
    for frame in (1, 2):
        image = bpy.data.images.new("Frame", 2, 2, alpha=True)
        image.filepath_raw, image.file_format = str(folder / f"hole_{frame:04}.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)
    for column, way in enumerate((vertex_color, other_map, sequence, missing)):
        item = card(way.__name__, (3 * column, 0), halves=True)
        item.data.color_attributes.new("Cut", "FLOAT_COLOR", "CORNER")
        item.data.uv_layers.new(name="Other", do_init=True)
        item.data.materials.append(material_of(way))
    camera_above((10.5, -1.5), 24)


def vertex_color(tree: Tree) -> bpy.types.NodeSocket:
    color = tree.nodes.new("ShaderNodeVertexColor")
    color.layer_name = "Cut"
    return cut_by(tree, color.outputs["Alpha"])


def other_map(tree: Tree) -> bpy.types.NodeSocket:
    alpha = checker(tree)
    uv_map = tree.nodes.new("ShaderNodeUVMap")
    uv_map.uv_map = "Other"
    tree.links.new(uv_map.outputs[0], alpha.node.inputs["Vector"])
    return cut_by(tree, alpha)


def sequence(tree: Tree) -> bpy.types.NodeSocket:
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.load("//hole_0001.png")
    texture.image.source = "SEQUENCE"
    texture.image_user.frame_duration = 2
    return cut_by(tree, texture.outputs["Alpha"])


def missing(tree: Tree) -> bpy.types.NodeSocket:
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.new("Missing", 2, 2)
    texture.image.source, texture.image.filepath = "FILE", "//missing.png"
    return cut_by(tree, texture.outputs["Alpha"])


def cut_by(tree: Tree, alpha: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
    tree.links.new(alpha, shader.inputs["Alpha"])
    return shader.outputs[0]


def principled(tree: Tree) -> bpy.types.NodeSocket:
    return cut_by(tree, checker(tree))


def mixed(tree: Tree) -> bpy.types.NodeSocket:
    """Through a reroute, and with the shaders the other way round."""
    mix, invert, reroute = (tree.nodes.new(name) for name in ("ShaderNodeMixShader", "ShaderNodeInvert", "NodeReroute"))
    tree.links.new(checker(tree), invert.inputs["Color"])
    tree.links.new(invert.outputs[0], mix.inputs[0])
    tree.links.new(tree.nodes.new("ShaderNodeBsdfGlossy").outputs[0], mix.inputs[1])
    tree.links.new(tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], reroute.inputs[0])
    return reroute.outputs[0]


def grouped(tree: Tree) -> bpy.types.NodeSocket:
    """A group that mixes a shader which it is given with nothing, by a number which it is given."""
    group = bpy.data.node_groups.new("Cut", "ShaderNodeTree")
    group.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    group.interface.new_socket("Alpha", in_out="INPUT", socket_type="NodeSocketFloat")
    group.interface.new_socket("Shader", in_out="INPUT", socket_type="NodeSocketShader")
    given, result = group.nodes.new("NodeGroupInput"), group.nodes.new("NodeGroupOutput")
    mix = group.nodes.new("ShaderNodeMixShader")
    group.links.new(given.outputs["Alpha"], mix.inputs[0])
    group.links.new(group.nodes.new("ShaderNodeBsdfTransparent").outputs[0], mix.inputs[1])
    group.links.new(given.outputs["Shader"], mix.inputs[2])
    group.links.new(mix.outputs[0], result.inputs[0])
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    tree.links.new(checker(tree), node.inputs["Alpha"])
    tree.links.new(tree.nodes.new("ShaderNodeBsdfDiffuse").outputs[0], node.inputs["Shader"])
    return node.outputs[0]


def added(tree: Tree) -> bpy.types.NodeSocket:
    """A glow that is added to nothing."""
    add = tree.nodes.new("ShaderNodeAddShader")
    tree.links.new(tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0], add.inputs[0])
    tree.links.new(tree.nodes.new("ShaderNodeEmission").outputs[0], add.inputs[1])
    return add.outputs[0]


def partial(tree: Tree) -> bpy.types.NodeSocket:
    shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
    shader.inputs["Alpha"].default_value = 0.1
    return shader.outputs[0]


def nothing(tree: Tree) -> bpy.types.NodeSocket:
    return tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0]


def glass_group(tree: Tree) -> bpy.types.NodeSocket:
    """A group in which nothing is transparent, with a muted node on the way."""
    group = bpy.data.node_groups.new("Glass", "ShaderNodeTree")
    group.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    mix = group.nodes.new("ShaderNodeMixShader")
    mix.mute, mix.inputs[0].default_value = True, 1
    group.links.new(group.nodes.new("ShaderNodeBsdfGlass").outputs[0], mix.inputs[1])
    group.links.new(group.nodes.new("ShaderNodeBsdfTransparent").outputs[0], mix.inputs[2])
    group.links.new(mix.outputs[0], group.nodes.new("NodeGroupOutput").inputs[0])
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    return node.outputs[0]


def fade(tree: Tree) -> bpy.types.NodeSocket:
    """There in frame 1, gone in frame 2."""
    shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
    alpha = shader.inputs["Alpha"]
    for frame, value in ((1, 1.0), (2, 0.0)):
        alpha.default_value = value
        alpha.keyframe_insert("default_value", frame=frame)
    return shader.outputs[0]


def checker(tree: Tree) -> bpy.types.NodeSocket:
    """The alpha of a packed image of 2×2 texels."""
    image = bpy.data.images.get("Checker") or bpy.data.images.new("Checker", 2, 2, alpha=True)
    if not image.packed_file:
        image.pixels = [1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]
        image.pack()
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.interpolation = image, "Closest"
    return texture.outputs["Alpha"]


def material_of(way: Callable[[Tree], bpy.types.NodeSocket]) -> bpy.types.Material:
    material = bpy.data.materials.new(way.__name__)
    material.use_nodes = True
    material.node_tree.nodes.clear()
    output = material.node_tree.nodes.new("ShaderNodeOutputMaterial")
    material.node_tree.links.new(way(material.node_tree), output.inputs["Surface"])
    return material


def solid() -> bpy.types.Material:
    return bpy.data.materials.get("Solid") or bpy.data.materials.new("Solid")  # without nodes, where that is possible


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


def camera_above(at: tuple[float, float], width: float) -> None:
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location, camera.data.type, camera.data.ortho_scale = (*at, 20), "ORTHO", width
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera


def make(folder: Path) -> None:
    for scene in (cards, hidden_cards, fog, shown_by_another, not_as_rendered, linked_cards, holes_of_many_kinds):
        path = folder / f"{scene.__name__}.blend"
        empty_scene(384, 144, frame_end=2)
        save(path)  # so that // means its folder
        scene()
        save(path)


if __name__ == "__main__":
    run(lambda: make(Path(sys.argv[-1])))
