"""Makes the scenes of what moves, and writes down what Blender shows of them.

Runs in Blender: make_moving.py -- FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.make_scenes import add_camera
from tests.capture.inside.script import empty_scene, run, save

LAST = 12


def start(path: Path) -> bpy.types.Scene:
    """An empty scene that is saved, so that caches lie beside it."""
    scene = empty_scene(128, 96, frame_end=LAST)
    scene.camera = add_camera("Camera", (0, -12, 2), (85, 0, 0))
    save(path)
    return scene


def add_cloth(on_disk: bool) -> bpy.types.PointCache:
    """A cloth that hangs on one edge."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=6, y_subdivisions=6, size=2, location=(-3, 0, 3))
    cloth = bpy.context.object
    cloth.name = "Cloth"
    edge = [vertex.index for vertex in cloth.data.vertices if vertex.co.y > 0.99]
    cloth.vertex_groups.new(name="Pin").add(edge, 1.0, "REPLACE")
    modifier = cloth.modifiers.new("Cloth", "CLOTH")
    modifier.settings.vertex_group_mass = "Pin"
    modifier.point_cache.use_disk_cache, modifier.point_cache.frame_end = on_disk, LAST
    return modifier.point_cache


def add_soft_body() -> bpy.types.PointCache:
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=2, radius=0.5, location=(-1, 0, 3))
    bpy.context.object.name = "Soft"
    modifier = bpy.context.object.modifiers.new("Soft Body", "SOFT_BODY")
    bpy.context.object.soft_body.use_goal = False
    modifier.point_cache.frame_end = LAST
    return modifier.point_cache


def add_rigid_body(scene: bpy.types.Scene) -> bpy.types.PointCache:
    bpy.ops.mesh.primitive_cube_add(size=0.8, location=(0.5, 0, 3))
    bpy.context.object.name = "Rigid"
    bpy.ops.rigidbody.object_add()
    scene.rigidbody_world.point_cache.frame_end = LAST
    return scene.rigidbody_world.point_cache


def add_particles() -> bpy.types.PointCache:
    bpy.ops.mesh.primitive_cube_add(size=0.1, location=(20, 0, 0))
    bpy.context.object.name = "Chip"
    bpy.ops.mesh.primitive_plane_add(size=1, location=(4, 0, 3))
    bpy.context.object.name = "Emitter"
    bpy.context.object.modifiers.new("Particles", "PARTICLE_SYSTEM")
    system = bpy.context.object.particle_systems[0]
    settings = system.settings
    settings.count, settings.frame_start, settings.frame_end, settings.render_type = 8, 1, 4, "OBJECT"
    settings.instance_object, settings.particle_size = bpy.data.objects["Chip"], 2.0
    system.point_cache.frame_end = LAST
    return system.point_cache


def add_zone() -> None:
    """A cube that a simulation zone, inside a group of its own, lifts by 0.1 with every frame."""
    zone = bpy.data.node_groups.new("Zone", "GeometryNodeTree")
    step_in, step_out = (zone.nodes.new(f"GeometryNodeSimulation{name}") for name in ("Input", "Output"))
    step_in.pair_with_output(step_out)
    lift = zone.nodes.new("GeometryNodeSetPosition")
    lift.inputs["Offset"].default_value = (0, 0, 0.1)
    zone.links.new(step_in.outputs["Geometry"], lift.inputs["Geometry"])
    zone.links.new(lift.outputs["Geometry"], step_out.inputs["Geometry"])
    _between(zone, step_in.inputs["Geometry"], step_out.outputs["Geometry"])
    outer = bpy.data.node_groups.new("Outer", "GeometryNodeTree")
    group = outer.nodes.new("GeometryNodeGroup")
    group.node_tree = zone
    _between(outer, group.inputs[0], group.outputs[0])
    bpy.ops.mesh.primitive_cube_add(size=0.8, location=(2, 0, 1))
    bpy.context.object.name = "Zone"
    bpy.context.object.modifiers.new("Nodes", "NODES").node_group = outer


def _between(tree: bpy.types.NodeTree, first: bpy.types.NodeSocket, last: bpy.types.NodeSocket) -> None:
    """Leads the geometry that comes into the tree to `first`, and that of `last` out of it."""
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    tree.links.new(tree.nodes.new("NodeGroupInput").outputs[0], first)
    tree.links.new(last, tree.nodes.new("NodeGroupOutput").inputs[0])


def add_rigged(scene: bpy.types.Scene) -> None:
    """A lattice, a shape key, a driver, a constraint and a driver on a modifier, all of them led by one empty."""
    leader = bpy.data.objects.new("Leader", None)
    scene.collection.objects.link(leader)
    for frame, z in ((1, 0.0), (LAST, 1.1)):
        leader.location.z = z
        leader.keyframe_insert("location", frame=frame)
    objects = {}
    for x, name in enumerate(("Latticed", "Shaped", "Driven", "Constrained", "Arrayed")):
        bpy.ops.mesh.primitive_cube_add(size=0.6, location=(1.2 * x - 3, 0, 0))
        bpy.context.object.name = name
        objects[name] = bpy.context.object
    lattice = bpy.data.objects.new("Lattice", bpy.data.lattices.new("Lattice"))
    scene.collection.objects.link(lattice)
    lattice.shape_key_add(name="Basis")
    raise_by_one(lattice.shape_key_add(name="Up"), leader)
    objects["Latticed"].modifiers.new("Lattice", "LATTICE").object = lattice
    objects["Shaped"].shape_key_add(name="Basis")
    raise_by_one(objects["Shaped"].shape_key_add(name="Up"), leader)
    follow(objects["Driven"], "location", leader, 2)
    constraint = objects["Constrained"].constraints.new("COPY_LOCATION")
    constraint.target, constraint.use_x = leader, False
    array = objects["Arrayed"].modifiers.new("Array", "ARRAY")
    array.relative_offset_displace = (0, 0, -1)
    follow(array, "count", leader, expression="1 + 4 * height")


def raise_by_one(key: bpy.types.ShapeKey, leader: bpy.types.Object) -> None:
    for point in key.data:
        point.co.z += 1
    follow(key, "value", leader)


def follow(
    owner: bpy.types.bpy_struct, path: str, leader: bpy.types.Object, index: int = -1, expression: str = "height"
) -> None:
    driver = owner.driver_add(path, index).driver
    variable = driver.variables.new()
    variable.name, variable.type = "height", "TRANSFORMS"
    variable.targets[0].id, variable.targets[0].transform_type = leader, "LOC_Z"
    driver.expression = expression


def bake(cache: bpy.types.PointCache) -> None:
    with bpy.context.temp_override(point_cache=cache):
        bpy.ops.ptcache.bake(bake=True)


def bake_zone(item: bpy.types.Object) -> None:
    """Into files, which is the only way in 4.2."""
    modifier = item.modifiers["Nodes"]
    if hasattr(modifier, "bake_target"):
        modifier.bake_target = "DISK"
    bake_id = modifier.bakes[0].bake_id
    bpy.ops.object.geometry_node_bake_single(session_uid=item.session_uid, modifier_name="Nodes", bake_id=bake_id)


def add_fluid() -> None:
    """A domain that is switched off: not every Blender can evaluate one."""
    bpy.ops.mesh.primitive_cube_add(size=1)
    modifier = bpy.context.object.modifiers.new("Fluid", "FLUID")
    modifier.show_viewport = modifier.show_render = False
    modifier.fluid_type = "DOMAIN"
    modifier.domain_settings.cache_directory = "//fluid"


def heights(scene: bpy.types.Scene, first: int = 1) -> dict[int, dict[str, float]]:
    """The lowest z of each object in every frame, as a window shows it that plays the scene."""
    return {frame: _heights(scene, frame) for frame in range(first, LAST + 1)}


def _heights(scene: bpy.types.Scene, frame: int) -> dict[str, float]:
    scene.frame_set(frame)
    lowest: dict[str, float] = {}
    for instance in bpy.context.evaluated_depsgraph_get().object_instances:
        if instance.object.type == "MESH" and instance.show_self:
            name = instance.object.name
            zs = [(instance.matrix_world @ vertex.co).z for vertex in instance.object.data.vertices]
            lowest[name] = min([*zs, lowest.get(name, zs[0])])
    return lowest


def rewind_and_save(path: Path) -> None:
    bpy.context.scene.frame_set(1)
    save(path)


def make_early(path: Path, first: int) -> dict[int, dict[str, float]]:
    """A scene of simulations that start at a frame, and its heights when it is opened and played from there."""
    scene = start(path)
    scene.frame_set(first)
    for cache in (add_cloth(on_disk=False), add_soft_body(), add_rigid_body(scene)):
        cache.frame_start = first
    save(path)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return heights(bpy.context.scene, first)


def make_incomplete(folder: Path) -> None:
    """A scene whose baked motion, and a library that it links, are gone."""
    start(folder / "gone.blend")
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "Linked"
    save(folder / "gone.blend")
    start(folder / "incomplete.blend")
    with bpy.data.libraries.load("//gone.blend", link=True, relative=True) as (_, wanted):
        wanted.objects = ["Linked"]
    bpy.context.scene.collection.objects.link(wanted.objects[0])
    bpy.ops.mesh.primitive_cube_add(size=1)
    bpy.context.object.name = "Streamed"
    bpy.context.object.modifiers.new("Cache", "MESH_CACHE").filepath = "//gone.pc2"
    save(folder / "incomplete.blend")
    (folder / "gone.blend").unlink()


def make_growing(path: Path) -> None:
    """A mesh that has no faces at first, a family of metaballs, and a line that leads along."""
    start(path)
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.5)
    bpy.context.object.name = "Built"
    build = bpy.context.object.modifiers.new("Build", "BUILD")
    build.frame_start, build.frame_duration = 1, 3
    for x in (2, 3):
        bpy.ops.object.metaball_add(radius=1, location=(x, 0, 0))
    bpy.ops.curve.primitive_nurbs_path_add()
    save(path)


def make(folder: Path) -> None:
    scene = start(folder / "disk.blend")
    bake(add_cloth(on_disk=True))
    truth = {"disk": heights(scene)}
    rewind_and_save(folder / "disk.blend")
    for name in ("baked", "live"):
        scene = start(folder / f"{name}.blend")
        caches = [add_cloth(on_disk=False), add_soft_body(), add_rigid_body(scene), add_particles()]
        add_zone()
        rewind_and_save(folder / f"{name}.blend")
        if name == "baked":
            for cache in caches:
                bake(cache)
            truth[name] = heights(scene)
            rewind_and_save(folder / f"{name}.blend")
    bpy.context.scene.render.frame_map_new = 50
    rewind_and_save(folder / "fast.blend")
    truth |= {f"from{first}": make_early(folder / f"from{first}.blend", first) for first in (-10, 0)}
    start(folder / "hidden.blend")
    add_cloth(on_disk=False)
    bpy.context.object.modifiers["Cloth"].show_viewport = False
    save(folder / "hidden.blend")
    start(folder / "zone.blend")
    add_zone()
    bake_zone(bpy.context.object)
    add_fluid()
    save(folder / "zone.blend")
    make_incomplete(folder)
    make_growing(folder / "growing.blend")
    start(folder / "live_on_disk.blend")
    add_cloth(on_disk=True)
    save(folder / "live_on_disk.blend")
    scene = start(folder / "rigged.blend")
    add_rigged(scene)
    truth["rigged"] = heights(scene)
    scene.render.frame_map_new, scene.frame_step = 200, 3
    truth["remapped"] = heights(scene)
    rewind_and_save(folder / "rigged.blend")
    (folder / "truth.json").write_text(json.dumps(truth))


if __name__ == "__main__":
    run(lambda: make(Path(sys.argv[-1])))
