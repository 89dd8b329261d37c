"""Materials with holes, and others that have none though they are transparent. Runs in Blender."""

from __future__ import annotations

from collections.abc import Callable

import bpy

Tree = bpy.types.NodeTree


def material_of(way: Callable[[Tree], bpy.types.NodeSocket]) -> bpy.types.Material:
    material = bpy.data.materials.new(way.__name__)
    material.use_nodes = True
    material.node_tree.nodes.clear()
    output = material.node_tree.nodes.new("ShaderNodeOutputMaterial")
    material.node_tree.links.new(way(material.node_tree), output.inputs["Surface"])
    return material


def solid() -> bpy.types.Material:
    return bpy.data.materials.get("Solid") or bpy.data.materials.new("Solid")  # without nodes, where that is possible


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


def holdout(tree: Tree) -> bpy.types.NodeSocket:
    return tree.nodes.new("ShaderNodeHoldout").outputs[0]


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


def object_color(tree: Tree) -> bpy.types.NodeSocket:
    return cut_by(tree, tree.nodes.new("ShaderNodeObjectInfo").outputs["Alpha"])


def other_object(tree: Tree) -> bpy.types.NodeSocket:
    """A texture that lies around an empty."""
    alpha = checker(tree)
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    coordinates.object = bpy.data.objects.new("Empty", None)
    bpy.context.scene.collection.objects.link(coordinates.object)
    tree.links.new(coordinates.outputs["Object"], alpha.node.inputs["Vector"])
    return cut_by(tree, alpha)


def sequence(tree: Tree) -> bpy.types.NodeSocket:
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.load("//hole_0001.png")
    texture.image.source = "SEQUENCE"
    texture.image_user.frame_duration, texture.image_user.use_auto_refresh = 2, True
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


def checker(tree: Tree) -> bpy.types.NodeSocket:
    """The alpha of a packed image of 2×2 texels."""
    image = bpy.data.images.get("Checker") or bpy.data.images.new("Checker", 2, 2, alpha=True)
    if not image.packed_file:
        image.pixels = [1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]
        image.pack()
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.interpolation = image, "Closest"
    return texture.outputs["Alpha"]


def displace(material: bpy.types.Material) -> None:
    material.displacement_method, tree = "DISPLACEMENT", material.node_tree
    origin = tree.nodes.new("ShaderNodeDisplacement").outputs[0]
    tree.links.new(origin, tree.get_output_node("CYCLES").inputs["Displacement"])


WAYS = (principled, mixed, grouped, added, partial, nothing, glass_group)
"""To be transparent, or to look so."""
HOLES = (vertex_color, other_map, object_color, other_object, sequence, missing)
"""What may decide about holes."""
