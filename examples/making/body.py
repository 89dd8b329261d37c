"""The walking figure's body: lathe-turned parts in one mesh, skinned to the skeleton."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import numpy as np
from making.gait import BALL, SHIN, THIGH
from making.skeleton import TOES, Bone, skeleton
from making.stage import add, plain
from making.surfaces import Profile, Surface, ball, capsule, lathe, mesh_of
from mathutils import Matrix, Vector

TORSO = ((-0.03, 0), (-0.02, 0.11), (0.05, 0.155), (0.13, 0.2), (0.2, 0.215), (0.26, 0.18), (0.3, 0.1), (0.31, 0))
HIPS = ((-0.17, 0), (-0.15, 0.09), (-0.08, 0.155), (0.0, 0.17), (0.06, 0.145), (0.11, 0.11), (0.13, 0))
HEAD = ((-0.14, 0), (-0.135, 0.06), (-0.1, 0.1), (-0.02, 0.13), (0.06, 0.135), (0.12, 0.1), (0.15, 0.05), (0.16, 0))
BOOT = ((0, 0), (0.02, 0.6), (0.12, 0.95), (0.45, 1.0), (0.75, 1.0), (0.93, 0.8), (0.985, 0.45), (1, 0))

RUST, STEEL = (0.4, 0.17, 0.07), (0.1, 0.11, 0.13)


@dataclass(frozen=True)
class Part:
    """A piece of the body and the bone it follows; its first rings follow the bone's parent too, as skin does."""

    bone: str
    surface: Surface
    trim: bool = False
    """Whether it has the second colour."""


def add_body(name: str, rig: bpy.types.Object) -> bpy.types.Object:
    """The body as one object, with a vertex group for every bone."""
    bones = skeleton()
    parts = body_parts(bones)
    body = add(name, mesh_of(name, *(part.surface for part in parts)), RUST)
    body.data.materials.append(plain(f"{name} trim", STEEL))
    colours = [part.trim for part in parts for _ in part.surface.faces]
    body.data.polygons.foreach_set("material_index", np.array(colours, dtype=np.int32))
    body.parent = rig
    body.modifiers.new("Armature", "ARMATURE").object = rig
    _weigh(body, parts, bones)
    return body


def body_parts(bones: dict[str, Bone]) -> list[Part]:
    """A jointed figure with a visor, a pack on its back, and boots."""
    parts = [
        Part("pelvis", _raised(lathe(HIPS, 20, 0.8), 1.0)),
        Part("spine", _raised(lathe(capsule(0.16, 0.12, 0.13), 20, 0.8), 1.08)),
        Part("chest", _raised(lathe(TORSO, 20, 0.7), 1.22)),
        Part("chest", _raised(lathe(ball(0.16, 8, 1.15), 20, 0.62), 1.38, behind=0.18), trim=True),
        Part("neck", _raised(lathe(capsule(0.1, 0.06, 0.06)), 1.5)),
        Part("neck", _raised(lathe(HEAD, 20, 1.05), 1.72, behind=-0.01)),
        Part("neck", _raised(lathe(ball(0.1, 6, 0.5), 16, 0.65), 1.75, behind=-0.095), trim=True),
    ]
    for side in ("L", "R"):
        ankle = bones[f"foot.{side}"].head.x
        parts += [
            _limb(bones, f"upper_arm.{side}", lathe(capsule(0.29, 0.095, 0.06))),
            _limb(bones, f"forearm.{side}", lathe(_muscle(0.26, 0.06, 0.078, 0.048))),
            _limb(bones, f"hand.{side}", lathe(capsule(0.1, 0.05, 0.062), flatten=0.75), trim=True),
            _limb(bones, f"thigh.{side}", lathe(capsule(THIGH, 0.115, 0.078))),
            _limb(bones, f"shin.{side}", lathe(_muscle(SHIN, 0.078, 0.096, 0.06))),
            Part(f"foot.{side}", _boot(ankle, -0.1, BALL + 0.02, 0.075, 0.1), trim=True),
            Part(f"toes.{side}", _boot(ankle, BALL - 0.03, TOES + 0.04, 0.07, 0.075), trim=True),
        ]
    return parts


def _raised(surface: Surface, height: float, behind: float = 0) -> Surface:
    return surface.placed(Matrix.Translation((0, behind, height)))


def _limb(bones: dict[str, Bone], name: str, surface: Surface, trim: bool = False) -> Part:
    bone = bones[name]
    turn = (bone.tail - bone.head).to_track_quat("Z", "X").to_matrix().to_4x4()
    return Part(name, surface.placed(Matrix.Translation(bone.head) @ turn), trim)


def _muscle(length: float, start: float, belly: float, end: float) -> Profile:
    """A limb that swells below its joint."""

    def swollen(z: float, radius: float) -> float:
        return max(radius, belly * math.exp(-(((z / length - 0.25) / 0.3) ** 2))) if 0 < z < length else radius

    return [(z, swollen(z, radius)) for z, radius in capsule(length, start, end)]


def _boot(x: float, heel: float, toe: float, width: float, height: float) -> Surface:
    """A rounded block along -y whose sole lies flat on the ground."""
    block = lathe([(z * (toe - heel), radius * width) for z, radius in BOOT], 16, height / width)
    lying = Matrix.Translation((x, -heel, height * 0.45)) @ Matrix.Rotation(math.pi / 2, 4, "X")
    return block.placed(lying).shaped(lambda point: Vector((point.x, point.y, max(point.z, 0.004))))


def _weigh(body: bpy.types.Object, parts: list[Part], bones: dict[str, Bone]) -> None:
    """Gives every vertex its weights: all to its bone, but at and above the joint half to the parent."""
    groups = {name: body.vertex_groups.new(name=name) for name in bones}
    first = 0
    for part in parts:
        bone = bones[part.bone]
        axis = bone.tail - bone.head
        for index, vertex in enumerate(part.surface.vertices, first):
            along = (Vector(vertex) - bone.head).dot(axis) / axis.length_squared
            weight = min(max(0.5 + along / 0.24, 0.5), 1.0) if bone.parent else 1.0
            groups[part.bone].add([index], weight, "REPLACE")
            if weight < 1:
                groups[bone.parent].add([index], 1 - weight, "REPLACE")
        first += len(part.surface.vertices)
