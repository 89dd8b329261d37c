"""Simulations, and how they are baked. Runs in Blender."""

from __future__ import annotations

import bpy

LAST = 12
"""The last frame that is simulated."""


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


def add_waves() -> None:
    """On a pond, as a canvas of Dynamic Paint has them: its cache is always on disk."""
    bpy.ops.mesh.primitive_grid_add(size=2)
    modifier = bpy.context.object.modifiers.new("Dynamic Paint", "DYNAMIC_PAINT")
    bpy.ops.dpaint.type_toggle(type="CANVAS")
    surface = modifier.canvas_settings.canvas_surfaces[0]
    surface.surface_type, surface.point_cache.frame_end = "WAVE", LAST


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


def add_fluid() -> None:
    """A domain that is switched off: not every Blender can evaluate one."""
    bpy.ops.mesh.primitive_cube_add(size=1)
    modifier = bpy.context.object.modifiers.new("Fluid", "FLUID")
    modifier.show_viewport = modifier.show_render = False
    modifier.fluid_type = "DOMAIN"
    modifier.domain_settings.cache_directory = "//fluid"


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
