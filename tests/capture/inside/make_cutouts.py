"""Makes scenes of cut-outs before a wall. Runs in Blender: make_cutouts.py -- FOLDER

Every card is two metres wide. Where it has a texture, the quarters at its lower left and upper right are holes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside import cut_outs
from tests.capture.inside.cards import camera_above, card, make_foggy, set_by_nodes, subdivide
from tests.capture.inside.script import make_files, run


def cards() -> None:
    """A row of cards, each with another way to be transparent, and below them what has no material of its own."""
    for column, way in enumerate(cut_outs.WAYS):
        card(way.__name__, (3 * column, 0)).data.materials.append(cut_outs.material_of(way))
    leaf = bpy.data.materials["principled"]
    overlapping = card("overlapping", (21, 0), halves=True)
    overlapping.data.uv_layers[0].uv.foreach_set("vector", [0, 0, 1, 0, 1, 1, 0, 1] * 2)
    overlapping.data.materials.append(leaf)
    two = card("two slots", (0, -3), halves=True)
    two.data.materials.append(cut_outs.solid())
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
    fading.data.materials.append(cut_outs.material_of(cut_outs.fade))
    subdivide(card("bare, subdivided", (21, -3)))
    plain = subdivide(card("without nodes, subdivided", (0, 3)))
    plain.data.materials.append(cut_outs.solid())
    on_object = card("without nodes, object slot", (3, 3))
    on_object.data.materials.append(None)
    on_object.material_slots[0].link, on_object.material_slots[0].material = "OBJECT", cut_outs.solid()
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
    for item, way in ((displaced, cut_outs.principled), (held_out, cut_outs.holdout)):
        item.data.materials.append(cut_outs.material_of(way))
    cut_outs.displace(displaced.data.materials[0])
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


def linked_cards() -> None:
    """All of cards.blend, linked."""
    with bpy.data.libraries.load("//cards.blend", link=True, relative=True) as (there, wanted):
        wanted.objects = list(there.objects)
    for item in wanted.objects:
        bpy.context.scene.collection.objects.link(item)
    bpy.context.scene.camera = next(item for item in wanted.objects if item.type == "CAMERA")


def holes_of_many_kinds() -> None:
    """A card cut by a colour of its vertices, one by another UV map than it is rendered with, one by its own colour,
    one by what lies around an empty, one by the frames of an image sequence, and one by an image that is missing."""
    folder = Path(bpy.data.filepath).parent
    for frame in (1, 2):
        image = bpy.data.images.new("Frame", 2, 2, alpha=True)
        image.filepath_raw, image.file_format = str(folder / f"hole_{frame:04}.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)
    for column, way in enumerate(cut_outs.HOLES):
        item = card(way.__name__, (3 * column, 0), halves=True)
        item.data.color_attributes.new("Cut", "FLOAT_COLOR", "CORNER")
        item.data.uv_layers.new(name="Other", do_init=True)
        item.data.materials.append(cut_outs.material_of(way))
    camera_above((10.5, -1.5), 24)


def eight_maps() -> None:
    """A card with all UV maps that it can have: one overlaps and is rendered, the next one cuts holes. It comes in
    frame 2."""
    bpy.context.scene.frame_end = 3
    item = card("full", (10.5, 0))
    maps = item.data.uv_layers
    for name in ("Other", *map(str, range(6))):
        maps.new(name=name, do_init=True)
    maps["Map"].uv.foreach_set("vector", [0.0] * 8)
    item.data.materials.append(cut_outs.material_of(cut_outs.other_map))
    for frame in (1, 2):
        item.hide_render = frame == 1
        item.keyframe_insert("hide_render", frame=frame)
    card("wall", (10.5, 0), z=-2)
    camera_above((10.5, 0), 24)


def without_uvs() -> None:
    """A card that a texture makes vanish, for it has no UVs: all of it is where the texture begins."""
    item = card("bare", (10.5, 0))
    item.data.uv_layers.remove(item.data.uv_layers[0])
    item.data.materials.append(cut_outs.material_of(cut_outs.principled))
    card("wall", (10.5, 0), z=-2)
    camera_above((10.5, 0), 24)


def without_faces() -> None:
    """A volume and points of which geometry nodes make cards, and a line that shows a card at each of its ends."""
    bare = {"volume": bpy.data.volumes.new("volume"), "points": bpy.data.pointclouds.new("points")}
    for column, (name, bare_data) in enumerate(bare.items()):
        item = bpy.data.objects.new(name, bare_data)
        item.location.x = 3 * column
        bpy.context.scene.collection.objects.link(item)
        set_by_nodes(item, None)
    line = bpy.data.meshes.new("line")
    line.from_pydata([(9, 0, 0), (12, 0, 0)], [(0, 1)], [])
    shows = bpy.data.objects.new("line", line)
    shows.instance_type = "VERTS"
    bpy.context.scene.collection.objects.link(shows)
    card("shown", (0, 0)).parent = shows
    camera_above((10.5, 0), 24)


SCENES = (
    cards,
    hidden_cards,
    fog,
    shown_by_another,
    not_as_rendered,
    linked_cards,
    holes_of_many_kinds,
    eight_maps,
    without_uvs,
    without_faces,
)

if __name__ == "__main__":
    run(lambda: make_files(Path(sys.argv[-1]), {scene.__name__: scene for scene in SCENES}, 384, 144))
