"""A person's skeleton in some moment of a walk, or standing: metres, facing -y, feet on z = 0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from models.preview.world.primitives import Vec, added

STEP, REACH, STANCE = 0.74, 0.365, 0.6
HIP_HEIGHT, HIP_WIDTH = 0.95, 0.10
THIGH, SHIN, ANKLE, BALL = 0.44, 0.43, 0.09, 0.13
UPPER_ARM, FOREARM, HAND = 0.29, 0.26, 0.1
SHOULDER_HEIGHT, SHOULDER_WIDTH = 1.42, 0.23

PITCH_PHASES = (0.0, 0.09, 0.36, 0.60, 0.72, 0.88, 1.0)
PITCHES = tuple(math.radians(angle) for angle in (20, 0, 0, -52, -40, 8, 20))  # toes up is positive


@dataclass(frozen=True)
class Leg:
    hip: Vec
    knee: Vec
    ankle: Vec
    toes: Vec


@dataclass(frozen=True)
class Arm:
    shoulder: Vec
    elbow: Vec
    wrist: Vec
    fingers: Vec


@dataclass(frozen=True)
class Skeleton:
    legs: tuple[Leg, Leg]
    arms: tuple[Arm, Arm]
    lean: float
    """How far the chest is ahead of the hips."""


def walking(random: Random) -> Skeleton:
    phase = random.random()
    swing = math.cos(2 * math.pi * phase)
    stride = random.uniform(0.8, 1.1)
    legs = _walking_leg(1, phase, stride), _walking_leg(-1, (phase + 0.5) % 1, stride)
    arms = _swinging_arm(1, swing), _swinging_arm(-1, -swing)
    return Skeleton(legs, arms, lean=random.uniform(0, 0.06))


def standing(random: Random) -> Skeleton:
    apart = random.uniform(0.02, 0.16)
    left, right = (_leg(side, random.uniform(-0.06, 0.06), ANKLE, pitch=0, apart=apart) for side in (1, -1))
    return Skeleton((left, right), (_posed_arm(1, random), _posed_arm(-1, random)), lean=0)


def _walking_leg(side: int, phase: float, stride: float) -> Leg:
    """On the ground the foot goes back steadily, then swings forward in an eased arc."""
    pitch = _between(phase, PITCH_PHASES, PITCHES)
    height = ANKLE * math.cos(pitch) + BALL * math.sin(max(-pitch, 0.0))
    if phase < STANCE:
        return _leg(side, (REACH - 2 * STEP * phase) * stride, height, pitch)
    through = (phase - STANCE) / (1 - STANCE)
    leaves = REACH - 2 * STEP * STANCE
    forward = leaves + (REACH - leaves) * through * through * (3 - 2 * through)
    return _leg(side, forward * stride, height + 0.035 * math.sin(math.pi * through), pitch)


def _leg(side: int, forward: float, height: float, pitch: float, apart: float = 0.0) -> Leg:
    """Two bones bring the ankle to its place, the knee bent forward."""
    hip = (side * HIP_WIDTH, 0.0, HIP_HEIGHT)
    down = HIP_HEIGHT - height
    reach = min(math.hypot(forward, down), THIGH + SHIN - 1e-3)
    at_hip = math.acos((THIGH**2 + reach**2 - SHIN**2) / (2 * THIGH * reach))
    angle = math.atan2(forward, down)
    knee = added(hip, (side * apart / 2, -THIGH * math.sin(angle + at_hip), -THIGH * math.cos(angle + at_hip)))
    ankle = (side * (HIP_WIDTH + apart), -reach * math.sin(angle), HIP_HEIGHT - reach * math.cos(angle))
    toes = added(ankle, (side * 0.03, -0.17 * math.cos(pitch), 0.17 * math.sin(pitch) - 0.03))
    return Leg(hip, knee, ankle, toes)


def _swinging_arm(side: int, swing: float) -> Arm:
    """The arm swings against the leg of its side, and bends as it comes forward."""
    return _arm(side, forward=0.02 - 0.42 * swing, bend=0.38 - 0.2 * swing, outward=0.08)


def _posed_arm(side: int, random: Random) -> Arm:
    raised = random.random() < 0.35
    outward = random.uniform(0.8, 2.5) if raised else random.uniform(0.08, 0.35)
    return _arm(side, forward=random.uniform(-0.2, 0.4), bend=random.uniform(0, 0.8), outward=outward)


def _arm(side: int, forward: float, bend: float, outward: float) -> Arm:
    shoulder = (side * SHOULDER_WIDTH, 0.0, SHOULDER_HEIGHT)
    elbow = added(shoulder, _hanging(side, UPPER_ARM, forward, outward))
    wrist = added(elbow, _hanging(side, FOREARM, forward + bend, outward))
    return Arm(shoulder, elbow, wrist, added(wrist, _hanging(side, HAND, forward + bend, outward)))


def _hanging(side: int, length: float, forward: float, outward: float) -> Vec:
    sideways, down = math.sin(outward), math.cos(outward)
    return side * sideways * length, -math.sin(forward) * down * length, -math.cos(forward) * down * length


def _between(at: float, places: tuple[float, ...], values: tuple[float, ...]) -> float:
    """Linear interpolation."""
    following = next(index for index, place in enumerate(places) if place > at)
    through = (at - places[following - 1]) / (places[following] - places[following - 1])
    return values[following - 1] + through * (values[following] - values[following - 1])
