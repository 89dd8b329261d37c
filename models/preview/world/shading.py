"""Lights surfaces: sun with shadow, sky from above, ground from below, contact darkening, reflections, haze."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.preview.world.grounds import GROUNDS, Ground
from models.preview.world.materials import MATERIALS, Surface
from models.preview.world.patterns import mixed, noise, smooth
from models.preview.world.scenes import Scenes
from models.preview.world.skies import SKIES, Sky
from models.preview.world.tracing import clearances, gathered, selected, within
from models.preview.world.vectors import dot, turned
from models.preview.world.visibility import GROUND, OBJECT, SKY, STONE, Surfaces, sunlit

CONTACT_REACH, CONTACT_FADES, CONTACT_DARKNESS = 0.45, 0.15, 0.8
TEXTURE_FADES = 22.0  # where the ground's pattern gives way to its mean


@dataclass(frozen=True)
class Spots:
    """Points of one kind, of all pictures in one row."""

    points: Tensor  # (points, 3)
    normals: Tensor  # (points, 3)
    views: Tensor  # (points, 3) unit directions from the camera
    suns: Tensor  # (points, 3)
    sunlight: Tensor  # (points,) cosine, 0 in shadow
    openness: Tensor  # (points,) share of the sky that is not hidden by what stands near
    distances: Tensor  # (points,)
    pictures: Tensor  # (points,) index in the batch


def shade(scenes: Scenes, directions: Tensor, surfaces: Surfaces) -> Tensor:
    """Linear light of every ray, (batch, rays, 3)."""
    sky = SKIES[scenes.look.sky]
    sunlight, openness = sunlit(scenes, surfaces), _openness(scenes, surfaces)
    light = torch.empty_like(directions).flatten(0, 1)
    for kind, painted in ((OBJECT, _object_light), (STONE, _stone_light), (GROUND, _ground_light)):
        rows = _rows(surfaces, kind)
        pictures = rows // directions.shape[1]
        spots = Spots(
            points=surfaces.points.flatten(0, 1)[rows],
            normals=surfaces.normals.flatten(0, 1)[rows],
            views=directions.flatten(0, 1)[rows],
            suns=scenes.suns[pictures],
            sunlight=sunlight.flatten()[rows],
            openness=openness.flatten()[rows],
            distances=surfaces.distances.flatten()[rows],
            pictures=pictures,
        )
        light[rows] = _hazy(painted(scenes, spots), spots, sky)
    rows = _rows(surfaces, SKY)
    light[rows] = sky.paint(directions.flatten(0, 1)[rows], scenes.suns[rows // directions.shape[1]])
    return light.view_as(directions)


def _rows(surfaces: Surfaces, kind: int) -> Tensor:
    """Where rays of all pictures, one after the other, meet this kind."""
    return (surfaces.kinds == kind).flatten().nonzero().squeeze(1)


def _object_light(scenes: Scenes, spots: Spots) -> Tensor:
    headings = -scenes.headings[spots.pictures]
    scales = scenes.pattern_scales[spots.pictures, None]
    points = turned(spots.points, headings) * scales + scenes.pattern_shifts[spots.pictures]
    surface = MATERIALS[scenes.look.material](points, turned(spots.normals, headings))
    return _lit(surface, spots, SKIES[scenes.look.sky], GROUNDS[scenes.look.ground])


def _stone_light(scenes: Scenes, spots: Spots) -> Tensor:
    """Rough stone in the ground's tone, in layers."""
    ground = GROUNDS[scenes.look.ground]
    size = 1 + 0.12 * spots.distances[:, None]
    shifted = spots.points + scenes.ground_shifts[spots.pictures]
    rough = noise(shifted * 7 / size, 2) + 0.6 * torch.sin(4 * shifted[:, 2] / size[:, 0] + noise(shifted / size, 1))
    albedo = spots.points.new_tensor(ground.stone) * (1 + 0.2 * rough[:, None])
    return _lit(Surface(albedo), spots, SKIES[scenes.look.sky], ground)


def _ground_light(scenes: Scenes, spots: Spots) -> Tensor:
    ground = GROUNDS[scenes.look.ground]
    points = turned(spots.points, scenes.ground_turns[spots.pictures]) + scenes.ground_shifts[spots.pictures]
    fading = 1 - torch.exp(-((spots.distances / TEXTURE_FADES) ** 2))
    albedo = mixed(ground.paint(points), ground.distant, fading)
    return _lit(Surface(albedo), spots, SKIES[scenes.look.sky], ground)


def _lit(surface: Surface, spots: Spots, sky: Sky, ground: Ground) -> Tensor:
    sun = spots.points.new_tensor(sky.sun) * spots.sunlight[:, None]
    upward = 0.5 + 0.5 * spots.normals[:, 2]
    around = mixed(_bounce(sky, ground, spots.points), sky.above, upward) * spots.openness[:, None]
    diffuse = 0.5 if surface.metal else 1.0
    light = surface.albedo * (sun + around) * diffuse
    if surface.mirror:
        light = light + _gloss(surface, spots, sky, ground)
    return light if surface.emission is None else light + surface.emission


def _gloss(surface: Surface, spots: Spots, sky: Sky, ground: Ground) -> Tensor:
    """Sky and ground in the mirror direction, stronger at grazing angles, and the sun's highlight."""
    facing = -dot(spots.normals, spots.views).clamp(-1, 0)
    mirrored = spots.views + 2 * facing[:, None] * spots.normals
    fresnel = surface.mirror + (1 - surface.mirror) * (1 - facing) ** 5 * min(1.0, 6 * surface.mirror)
    below = _bounce(sky, ground, spots.points) * 1.6
    scenery = mixed(below, sky.paint(mirrored, spots.suns), smooth(-0.12, 0.08, mirrored[:, 2]))
    tint: Tensor | float = 1.0
    if surface.metal:  # a room's contrast, without which metal under an even sky looks like paint; and its own hue
        scenery = torch.lerp(scenery, scenery.mean(-1, keepdim=True), 0.7)
        scenery = scenery * (0.25 + 1.6 * smooth(-0.1, 0.75, mirrored[:, 2]))[:, None]
        tint = surface.albedo
    glint = dot(mirrored, spots.suns).clamp_min(0) ** surface.polish * (spots.sunlight > 0)
    strength = 0.4 + 1.4 * surface.mirror
    highlight = spots.points.new_tensor(sky.sun) * (glint * strength)[:, None]
    return tint * (scenery * (fresnel * spots.openness.sqrt())[:, None] + highlight)


def _bounce(sky: Sky, ground: Ground, like: Tensor) -> Tensor:
    """What the ground throws back."""
    lit = like.new_tensor(sky.below) * (0.35 + 1.3 * like.new_tensor(ground.distant))
    return lit.expand_as(like)


def _hazy(light: Tensor, spots: Spots, sky: Sky) -> Tensor:
    return mixed(light, sky.haze, 1 - torch.exp(-((spots.distances / sky.haze_distance) ** 1.5)))


def _openness(scenes: Scenes, surfaces: Surfaces) -> Tensor:
    """Darkens the ground at an object's feet, and objects and stones at the ground."""
    heights = surfaces.points[..., 2]
    openness = torch.where(surfaces.kinds == GROUND, 1.0, 0.5 + 0.5 * smooth(-0.1, 0.6, heights))
    near = (surfaces.kinds == GROUND) & within(scenes.objects, surfaces.points, CONTACT_REACH)
    rays = selected(near)
    clearance = clearances(scenes.objects, gathered(surfaces.points, rays)).clamp_min(0)
    darkening = torch.where(near.gather(1, rays), CONTACT_DARKNESS * torch.exp(-clearance / CONTACT_FADES), 0)
    return openness.scatter(1, rays, openness.gather(1, rays) * (1 - darkening))
