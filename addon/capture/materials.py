"""What covers surfaces while they are captured: plain paint that tells who they are, with the holes of cut-outs."""

from __future__ import annotations

import bpy

from .. import compat
from .borrowing import Loans
from .identity import AOV, PLACE_AOV
from .opacity import SOLID, Opacity, OpacityNodes
from .texture_uv import keep_texture_uv, use_texture_uv

PLAIN = "Overpaint Surface"
"""The plain material, and the scene's property that brings it into the depsgraph where it is no override."""
HOLE = 0.5 / 255  # below half a step of an 8-bit texture nothing is there; whatever else is transparent is solid
MOST_CUT_OUTS = 1024  # before one another


def cover_surfaces(loans: Loans, scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> None:
    """Makes every surface opaque but for the holes that its material's alpha cuts, and tell its object's identity.

    Where no material has any, one material overrides them all. An override knows nothing of those it stands for, so
    where there are holes each material gets another output for the while.
    """
    nodes = OpacityNodes(loans)
    opacities = {each: nodes.of_material(each.node_tree) for each in _materials(view_layer)}
    plain = bpy.data.materials.new(PLAIN)
    loans.callback(bpy.data.materials.remove, plain)
    _add_cover(nodes, compat.use_nodes(plain), SOLID)
    if all(opacity == SOLID for opacity in opacities.values()):
        loans.lend(view_layer, material_override=plain)
        return
    loans.lend(scene.cycles, transparent_max_bounces=MOST_CUT_OUTS)
    loans.lend(view_layer, pass_alpha_threshold=0.5)
    for material, opacity in opacities.items():
        _cover_material(loans, nodes, material, opacity)
    use_texture_uv(loans, [material.node_tree for material, opacity in opacities.items() if opacity != SOLID])
    _cover_bare_meshes(loans, scene, plain)


def has_holes(scene: bpy.types.Scene) -> bool:
    """Whether surfaces may have holes, in a scene or a depsgraph's copy of it that is covered."""
    return PLAIN in scene


def cover_mesh(mesh: bpy.types.Mesh, depsgraph: bpy.types.Depsgraph) -> None:
    """Where surfaces have holes, gives an evaluated mesh the plain material wherever it has none with nodes, and keeps
    its UVs for the textures. Cycles has not read the mesh yet."""
    if not has_holes(depsgraph.scene):
        return
    keep_texture_uv(mesh)
    plain = depsgraph.scene[PLAIN].evaluated_get(depsgraph)
    if not mesh.materials:
        mesh.materials.append(plain)
    for slot, material in enumerate(mesh.materials):
        if _is_bare(material):
            mesh.materials[slot] = plain


def _materials(view_layer: bpy.types.ViewLayer) -> list[bpy.types.Material]:
    """Those that surfaces may have, and that have nodes: without them a material is solid."""
    override = view_layer.material_override
    used = [override] if override else [each for each in bpy.data.materials if each.users and not each.is_grease_pencil]
    return [material for material in used if compat.has_nodes(material)]


def _is_bare(material: bpy.types.Material | None) -> bool:
    return material is None or not compat.has_nodes(material)


def _cover_material(loans: Loans, nodes: OpacityNodes, material: bpy.types.Material, opacity: Opacity) -> None:
    outputs = [node for node in material.node_tree.nodes if node.type == "OUTPUT_MATERIAL"]
    for output in outputs:
        loans.lend(output, is_active_output=False)
    _add_cover(nodes, material.node_tree, opacity)


def _add_cover(nodes: OpacityNodes, tree: bpy.types.NodeTree, opacity: Opacity) -> None:
    """A plain surface, transparent where the opacity says that nothing is; there it writes zeros, which add up."""
    kinds = ("OutputMaterial", "BsdfDiffuse", "ObjectInfo", "OutputAOV", "OutputAOV")
    output, diffuse, info, value, place = (nodes.new(tree, kind) for kind in kinds)
    diffuse.inputs["Color"].default_value = (0.0, 0.0, 0.0, 1.0)  # no light is ever looked for
    value.aov_name, place.aov_name = AOV, PLACE_AOV
    surface, random, location = diffuse.outputs["BSDF"], info.outputs["Random"], info.outputs["Location"]
    if opacity != SOLID:
        transparent, mix, is_there, times, scale = (
            nodes.new(tree, kind) for kind in ("BsdfTransparent", "MixShader", "Math", "Math", "VectorMath")
        )
        is_there.operation, times.operation, scale.operation = "GREATER_THAN", "MULTIPLY", "SCALE"
        is_there.inputs[1].default_value = HOLE
        nodes.plug(opacity, is_there.inputs[0])
        for origin, socket in (
            (is_there.outputs[0], mix.inputs[0]),
            (transparent.outputs[0], mix.inputs[1]),
            (surface, mix.inputs[2]),
            (random, times.inputs[0]),
            (is_there.outputs[0], times.inputs[1]),
            (location, scale.inputs["Vector"]),
            (is_there.outputs[0], scale.inputs["Scale"]),
        ):
            tree.links.new(origin, socket)
        surface, random, location = mix.outputs[0], times.outputs[0], scale.outputs[0]
    tree.links.new(surface, output.inputs["Surface"])
    tree.links.new(random, value.inputs["Value"])
    tree.links.new(location, place.inputs["Color"])
    output.target, output.is_active_output = "CYCLES", True


def _cover_bare_meshes(loans: Loans, scene: bpy.types.Scene, plain: bpy.types.Material) -> None:
    """Objects have slots of their own, and meshes that geometry nodes make may have none: see cover_mesh. The slots of
    a linked object cannot be filled, but be those of its data."""
    scene[PLAIN] = plain
    loans.callback(scene.pop, PLAIN)
    for data in (*bpy.data.meshes, *bpy.data.curves, *bpy.data.metaballs):
        _fill_slots(loans, data.materials, plain)
    for item in bpy.data.objects:
        for slot in item.material_slots:
            if slot.link == "OBJECT" and _is_bare(slot.material):
                is_linked = slot.is_property_readonly("material")
                loans.lend(slot, **({"link": "DATA"} if is_linked else {"material": plain}))


def _fill_slots(loans: Loans, materials: bpy.types.IDMaterials, plain: bpy.types.Material) -> None:
    """On the data itself: from 4.5 on Cycles asks the evaluated object for its slots, and where the last modifier is
    Subdivision it does not have those that cover_mesh adds to the mesh."""
    if not materials:
        materials.append(plain)
        loans.callback(materials.clear)
    for slot, material in enumerate(materials):
        if _is_bare(material):
            materials[slot] = plain
            loans.callback(materials.__setitem__, slot, material)
