"""Things that one empty leads, each in another way. Runs in Blender."""

from __future__ import annotations

import bpy


def add_rigged(scene: bpy.types.Scene, last_frame: int) -> None:
    """A lattice, a shape key, a driver, a constraint and a driver on a modifier, all of them led by one empty."""
    leader = bpy.data.objects.new("Leader", None)
    scene.collection.objects.link(leader)
    for frame, z in ((1, 0.0), (last_frame, 1.1)):
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
