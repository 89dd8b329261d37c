"""People, robots, animals and toys, in a pose by chance."""

from __future__ import annotations

import math
from random import Random

from models.preview.world.primitives import Box, Cone, Solid, Solids, Vec, added, ball, capsule, tilted_box, turned
from models.preview.world.walking import Arm, Leg, standing, walking


def person(random: Random) -> Solids:
    skeleton = walking(random) if random.random() < 0.65 else standing(random)
    lean = -skeleton.lean
    chest, neck, head = (0.0, lean, 1.3), (0.0, lean, 1.52), (0.0, lean - 0.02, 1.7)
    solids: list[Solid] = [
        Cone((0.0, 0.0, 0.93), (0.0, lean / 2, 1.12), 0.155, 0.125),
        Cone((0.0, lean / 2, 1.12), chest, 0.125, 0.17),
        Cone(added(chest, (-0.1, 0, 0.06)), added(chest, (0.1, 0, 0.06)), 0.13, 0.13),
        capsule(chest, neck, 0.065),
        Cone(added(head, (0, 0, -0.05)), added(head, (0, 0, 0.04)), 0.105, 0.125),
    ]
    if random.random() < 0.3:
        solids.append(Cone((0, lean + 0.18, 1.25), (0, lean + 0.18, 1.42), 0.13, 0.11))
    for leg in skeleton.legs:
        solids += _leg(leg)
    for arm in skeleton.arms:
        solids += _arm(arm, (0.0, lean, 0.0))
    return solids


def _leg(leg: Leg) -> Solids:
    heel = added(leg.ankle, (0, 0.03, -0.03))
    return [
        Cone(leg.hip, leg.knee, 0.115, 0.078),
        Cone(leg.knee, leg.ankle, 0.082, 0.058),
        Cone(heel, leg.toes, 0.062, 0.055),
    ]


def _arm(arm: Arm, shift: Vec) -> Solids:
    shoulder, elbow, wrist, fingers = (
        added(joint, shift) for joint in (arm.shoulder, arm.elbow, arm.wrist, arm.fingers)
    )
    return [
        Cone(shoulder, elbow, 0.09, 0.062),
        Cone(elbow, wrist, 0.066, 0.05),
        Cone(wrist, fingers, 0.052, 0.055),
    ]


def robot(random: Random) -> Solids:
    """Boxes on capsule limbs, with an antenna."""
    width, depth = random.uniform(0.26, 0.34), random.uniform(0.18, 0.24)
    head = random.uniform(0.16, 0.21)
    solids: list[Solid] = [
        Box((0, 0, 0.95), (width, depth, 0.32)),
        tilted_box((0, 0, 1.36 + head), (head * 1.15, head, head), yaw=random.uniform(-0.5, 0.5)),
        capsule((0, 0, 1.2), (0, 0, 1.4), 0.08),
        capsule((0, 0, 1.36 + 2 * head), (0, 0, 1.55 + 2 * head), 0.028),
        ball((0, 0, 1.57 + 2 * head), 0.065),
    ]
    stride = random.uniform(-0.3, 0.3)
    for side in (-1, 1):
        solids += _robot_leg(side * width * 0.55, forward=stride * side)
        solids += _robot_arm(side, side * (width + 0.1), random)
    return solids


def _robot_leg(x: float, forward: float) -> Solids:
    foot = (x, -forward * 0.7, 0.075)
    return [
        capsule((x, 0, 0.66), added(foot, (0, 0, 0.05)), 0.085),
        Box(added(foot, (0, -0.05, 0)), (0.11, 0.18, 0.075)),
    ]


def _robot_arm(side: int, x: float, random: Random) -> Solids:
    swing, bend = random.uniform(-0.6, 1.2), random.uniform(0, 1.2)
    shoulder = (x, 0.0, 1.17)
    elbow = added(shoulder, (side * 0.04, -0.3 * math.sin(swing), -0.3 * math.cos(swing)))
    wrist = added(elbow, (0, -0.28 * math.sin(swing + bend), -0.28 * math.cos(swing + bend)))
    hand = tilted_box(wrist, (0.08, 0.08, 0.1), pitch=swing + bend)
    return [ball(shoulder, 0.11), capsule(shoulder, elbow, 0.07), capsule(elbow, wrist, 0.065), hand]


def dog(random: Random) -> Solids:
    return _four_legged(random, legs=0.42, neck=0.22, head=0.28, body=0.2)


def horse(random: Random) -> Solids:
    return _four_legged(random, legs=0.78, neck=0.52, head=0.4, body=0.24)


def _four_legged(random: Random, legs: float, neck: float, head: float, body: float) -> Solids:
    """A trunk along y on four legs, which step in diagonal pairs."""
    back = legs + body * 0.8
    front, rear = -random.uniform(0.42, 0.5), random.uniform(0.42, 0.5)
    rise = random.uniform(0.4, 1.2)
    skull = (random.uniform(-0.12, 0.12), front - neck * math.cos(rise), back + 0.06 + neck * math.sin(rise))
    nose = added(skull, turned((0, -head * 0.7, -head * random.uniform(0.1, 0.6)), random.uniform(-0.4, 0.4)))
    tail = (random.uniform(-0.2, 0.2), rear + 0.3, back + random.uniform(-0.35, 0.3))
    solids: list[Solid] = [
        Cone((0, front, back), (0, rear, back), body, body * 0.88),
        Cone((0, front, back + 0.05), skull, body * 0.68, head * 0.4),
        Cone(skull, nose, head * 0.42, head * 0.26),
        Cone((0, rear + body * 0.6, back + 0.05), tail, 0.06, 0.04),
    ]
    for side in (-1, 1):
        ear = added(skull, (side * head * 0.3, 0.05, head * 0.2))
        solids.append(Cone(ear, added(ear, (side * 0.03, 0.03, head * 0.4)), head * 0.16, head * 0.07))
    phase = random.random() * 2 * math.pi
    for side in (-1, 1):
        for y, offset in ((front, 0.0), (rear, math.pi)):
            swing = 0.35 * math.sin(phase + offset + (math.pi if side > 0 else 0))
            solids += _animal_leg((side * body * 0.55, y, back - body * 0.2), swing, body)
    return solids


def _animal_leg(hip: Vec, swing: float, body: float) -> Solids:
    paw = 0.065
    length = hip[2] - paw
    knee = added(hip, (0, -0.5 * length * math.sin(swing) - 0.03, -0.5 * length))
    foot = (hip[0], hip[1] - 0.7 * length * math.sin(swing), paw)
    return [Cone(hip, knee, body * 0.5, 0.08), Cone(knee, foot, 0.08, paw)]


def bear(random: Random) -> Solids:
    """A sitting teddy bear, all of balls and stubs."""
    tilt = random.uniform(-0.12, 0.12)
    solids: list[Solid] = [
        Cone((0, 0, 0.42), (0, 0, 0.7), 0.42, 0.34),
        ball((tilt, -0.04, 1.25), 0.36),
        ball((tilt, -0.36, 1.18), 0.15),
    ]
    for side in (-1, 1):
        solids.append(ball((tilt + side * 0.29, 0, 1.54), 0.13))
        foot = (side * random.uniform(0.32, 0.5), -0.68, 0.19)
        solids.append(Cone((side * 0.26, -0.1, 0.22), foot, 0.19, 0.18))
        hand = (side * random.uniform(0.5, 0.72), -random.uniform(0.1, 0.4), random.uniform(0.4, 1.15))
        solids.append(Cone((side * 0.3, 0, 0.85), hand, 0.15, 0.14))
    return solids


def snowman(random: Random) -> Solids:
    lower, middle, head = random.uniform(0.5, 0.58), random.uniform(0.36, 0.42), random.uniform(0.25, 0.3)
    heights = lower * 0.85, lower * 1.75 + middle * 0.7, lower * 1.75 + middle * 1.55 + head * 0.75
    solids: list[Solid] = [
        ball((0, 0, heights[0]), lower),
        ball((0, 0, heights[1]), middle),
        ball((0, 0, heights[2]), head),
        Cone((0, -head, heights[2]), (0, -head - 0.26, heights[2]), 0.06, 0.012),
    ]
    for side in (-1, 1):
        hand = (side * 0.9, random.uniform(-0.2, 0.1), heights[1] + random.uniform(-0.1, 0.45))
        solids.append(Cone((side * middle * 0.8, 0, heights[1] + 0.05), hand, 0.045, 0.035))
    return solids
