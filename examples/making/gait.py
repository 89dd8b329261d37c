"""A walk, computed: where the feet stand, how the pelvis rides on them, and the rotation of every bone.

The figure faces -y and walks that way; "forward" is -y, pitch turns about x. Metres, frames, radians.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from mathutils import Matrix, Vector

CYCLE = 24.0  # frames from one step of the left foot to its next
STEP = 0.74  # metres from one foot's print to the other's
SPEED = 2 * STEP / CYCLE
REACH = 0.365  # how far before the hips a foot comes down
STANCE = 0.6  # share of the cycle that a foot is on the ground

HIP_HEIGHT, HIP_WIDTH = 0.96, 0.10
THIGH, SHIN, ANKLE = 0.44, 0.43, 0.09
HEEL, BALL = -0.06, 0.13  # from the ankle forward

PITCH_PHASES = (0.0, 0.09, 0.36, 0.60, 0.72, 0.88, 1.0)
PITCHES = tuple(math.radians(angle) for angle in (20, 0, 0, -52, -40, 8, 20))  # toes up is positive


@dataclass(frozen=True)
class Pose:
    """Where the pelvis is, and how every bone is turned against its parent, in the armature's axes at rest."""

    pelvis: Vector
    rotations: dict[str, Matrix]


def pose_at(frame: float) -> Pose:
    phase = frame / CYCLE
    swing = math.cos(2 * math.pi * phase)  # 1 when the left foot comes down, -1 when the right does
    bob = 0.02 * math.cos(4 * math.pi * (phase - 0.30))  # highest when one leg passes the other
    sway = 0.025 * math.sin(2 * math.pi * (phase - 0.05))  # towards the leg that stands
    pelvis = Vector((sway, -SPEED * frame, HIP_HEIGHT - 0.035 + bob))
    pelvis_turn = _about("Z", -0.13 * swing) @ _about("Y", -0.05 * math.sin(2 * math.pi * phase))
    chest_turn = _about("Z", 0.16 * swing) @ _about("X", 0.07)

    rotations = {
        "pelvis": pelvis_turn,
        "spine": _half(pelvis_turn.inverted() @ chest_turn),
        "chest": _half(pelvis_turn.inverted() @ chest_turn),
        "neck": chest_turn.inverted() @ _about("X", 0.03 + 0.03 * math.cos(4 * math.pi * phase)),
    }
    for side, sign in (("L", 1), ("R", -1)):
        rotations |= _arm(side, sign, swing * sign)
        rotations |= _leg(side, sign, frame, pelvis, pelvis_turn)
    return Pose(pelvis, rotations)


def _arm(side: str, sign: int, swing: float) -> dict[str, Matrix]:
    """The arm swings against the leg of its side, and bends as it comes forward."""
    forward = -swing
    return {
        f"upper_arm.{side}": _about("Y", 0.05 * -sign) @ _about("X", -0.02 - 0.42 * forward),
        f"forearm.{side}": _about("X", -0.38 - 0.2 * forward),
        f"hand.{side}": _about("X", -0.12),
    }


def _leg(side: str, sign: int, frame: float, pelvis: Vector, pelvis_turn: Matrix) -> dict[str, Matrix]:
    """Two bones bring the ankle to its place, the knee bent forward; the toes stay down as long as they can."""
    ankle, pitch, toes = _foot(frame if side == "L" else frame - CYCLE / 2)
    if side == "R":
        ankle.y -= STEP
    hip = pelvis_turn @ Vector((sign * HIP_WIDTH, 0, 0))
    target = pelvis_turn.inverted() @ (Vector((sign * 0.075, ankle.y, ankle.z)) - pelvis - hip)
    reach = min(target.length, THIGH + SHIN - 1e-4)
    at_hip = math.acos((THIGH**2 + reach**2 - SHIN**2) / (2 * THIGH * reach))
    at_knee = math.pi - math.acos((THIGH**2 + SHIN**2 - reach**2) / (2 * THIGH * SHIN))
    outward = -math.atan2(target.x, -target.z)
    forward = math.atan2(target.y, math.hypot(target.x, target.z))
    thigh = _about("Y", outward) @ _about("X", forward - at_hip)
    shin = _about("X", at_knee)
    foot = (pelvis_turn @ thigh @ shin).inverted() @ _about("Z", 0.1 * sign) @ _about("X", -pitch)
    return {f"thigh.{side}": thigh, f"shin.{side}": shin, f"foot.{side}": foot, f"toes.{side}": _about("X", -toes)}


def _foot(frame: float) -> tuple[Vector, float, float]:
    """The ankle's place, the foot's pitch, and how far the toes are bent up against it."""
    step, phase = divmod(frame / CYCLE, 1)
    pitch = float(np.interp(phase, PITCH_PHASES, PITCHES))
    if phase < STANCE:
        return _standing(step, pitch), pitch, max(0.0, -pitch)
    return _swinging(step, (phase - STANCE) / (1 - STANCE)), pitch, max(0.0, -pitch) * (1 - phase) / (1 - STANCE)


def _standing(step: float, pitch: float) -> Vector:
    """Rolls over the heel while the toes are up, over the ball while the heel is."""
    print_at = SPEED * CYCLE * step + REACH
    pivot = HEEL if pitch > 0 else BALL
    forward = pivot - pivot * math.cos(pitch) - ANKLE * math.sin(pitch)
    return Vector((0, -(print_at + forward), ANKLE * math.cos(pitch) - pivot * math.sin(pitch)))


def _swinging(step: float, through: float) -> Vector:
    """From where the toes left the ground to where the heel comes down."""
    leaves, lands = _standing(step, PITCHES[3]), _standing(step + 1, PITCHES[-1])
    eased = through * through * (3 - 2 * through)
    place = leaves.lerp(lands, 0.35 * through + 0.65 * eased)
    return place + Vector((0, 0, 0.035 * math.sin(math.pi * through)))


def _about(axis: str, angle: float) -> Matrix:
    return Matrix.Rotation(angle, 3, axis)


def _half(rotation: Matrix) -> Matrix:
    return rotation.to_quaternion().slerp(Matrix.Identity(3).to_quaternion(), 0.5).to_matrix()
