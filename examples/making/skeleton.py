"""The walking figure's bones, at rest and posed."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
from making.gait import ANKLE, BALL, HIP_HEIGHT, HIP_WIDTH, SHIN, THIGH, Pose
from mathutils import Vector

KNEE = HIP_HEIGHT - THIGH
TOES = BALL + 0.085  # from the ankle forward

TRUNK = (
    ("pelvis", "", (0, 0, HIP_HEIGHT), (0, 0, 1.05)),
    ("spine", "pelvis", (0, 0, 1.05), (0, 0, 1.22)),
    ("chest", "spine", (0, 0, 1.22), (0, 0, 1.50)),
    ("neck", "chest", (0, 0, 1.50), (0, 0, 1.62)),
)
LEFT_SIDE = (
    ("upper_arm", "chest", (0.25, 0, 1.43), (0.29, 0, 1.14)),
    ("forearm", "upper_arm", (0.29, 0, 1.14), (0.315, 0, 0.88)),
    ("hand", "forearm", (0.315, 0, 0.88), (0.325, 0, 0.75)),
    ("thigh", "pelvis", (HIP_WIDTH, 0, HIP_HEIGHT), (HIP_WIDTH, 0, KNEE)),
    ("shin", "thigh", (HIP_WIDTH, 0, KNEE), (HIP_WIDTH, 0, KNEE - SHIN)),
    ("foot", "shin", (HIP_WIDTH, 0, ANKLE), (HIP_WIDTH, -BALL, 0.03)),
    ("toes", "foot", (HIP_WIDTH, -BALL, 0.03), (HIP_WIDTH, -TOES, 0.03)),
)


@dataclass(frozen=True)
class Bone:
    parent: str
    head: Vector
    tail: Vector


def skeleton() -> dict[str, Bone]:
    """Every bone at rest, parents first: standing straight, arms hanging, facing -y."""
    bones = {name: Bone(parent, Vector(head), Vector(tail)) for name, parent, head, tail in TRUNK}
    for side, mirror in (("L", Vector((1, 1, 1))), ("R", Vector((-1, 1, 1)))):
        for name, parent, head, tail in LEFT_SIDE:
            above = parent if parent in bones else f"{parent}.{side}"
            bones[f"{name}.{side}"] = Bone(above, Vector(head) * mirror, Vector(tail) * mirror)
    return bones


def add_armature(name: str) -> bpy.types.Object:
    rig = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone_name, bone in skeleton().items():
        made = rig.data.edit_bones.new(bone_name)
        made.head, made.tail = bone.head, bone.tail
        made.parent = rig.data.edit_bones[bone.parent] if bone.parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def key_pose(rig: bpy.types.Object, pose: Pose, frame: int) -> None:
    for name, rotation in pose.rotations.items():
        bone = rig.pose.bones[name]
        rest = bone.bone.matrix_local.to_3x3()
        bone.rotation_quaternion = (rest.inverted() @ rotation @ rest).to_quaternion()
        bone.keyframe_insert("rotation_quaternion", frame=frame, group=name)
    pelvis = rig.pose.bones["pelvis"]
    pelvis.location = pelvis.bone.matrix_local.to_3x3().inverted() @ (pose.pelvis - pelvis.bone.head_local)
    pelvis.keyframe_insert("location", frame=frame, group="pelvis")
