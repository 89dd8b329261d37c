"""What every ray of a scene meets first, and which points the sun reaches."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.preview.world.scenes import Scenes
from models.preview.world.tracing import MISSED, is_met, nearest_hits
from models.preview.world.vectors import dot

OBJECT, STONE, GROUND, SKY = range(4)
HORIZON = 250.0  # the ground's end
OUT_OF_THE_WAY = 1e4  # a height from which rays meet nothing


@dataclass(frozen=True)
class Surfaces:
    distances: Tensor  # (batch, rays) along unit directions; inf in the sky
    points: Tensor  # (batch, rays, 3)
    normals: Tensor  # (batch, rays, 3)
    kinds: Tensor  # (batch, rays) OBJECT, STONE, GROUND or SKY


def first_surfaces(scenes: Scenes, directions: Tensor) -> Surfaces:
    """From the cameras along `directions` (batch, rays, 3)."""
    origins = scenes.cameras.positions[:, None]
    distances = _plane_distances(origins, directions)
    kinds = torch.where(distances.isfinite(), GROUND, SKY)
    normals = directions.new_tensor((0, 0, 1)).expand_as(directions)
    for kind, group in ((GROUND, scenes.hills), (STONE, scenes.stones), (OBJECT, scenes.objects)):
        hits = nearest_hits(group, origins, directions)
        is_nearer = hits.distances < distances
        distances = torch.where(is_nearer, hits.distances, distances)
        kinds = torch.where(is_nearer, kind, kinds)
        normals = torch.where(is_nearer[..., None], hits.normals, normals)
    points = origins + directions * torch.where(distances.isfinite(), distances, OUT_OF_THE_WAY)[..., None]
    return Surfaces(distances, points, normals, kinds)


def sunlit(scenes: Scenes, surfaces: Surfaces) -> Tensor:
    """How squarely the sun shines on every point, (batch, rays): its cosine, 0 in shadow and in the sky.

    Hills throw no shadow: they are so flat that they only turn away from the sun.
    """
    suns = scenes.suns[:, None]
    cosines = dot(surfaces.normals, suns).clamp_min(0)
    asked = (cosines > 0) & (surfaces.kinds != SKY)
    origins = surfaces.points + surfaces.normals * (2e-3 + 1e-4 * surfaces.distances.clamp_max(HORIZON))[..., None]
    origins = torch.where(asked[..., None], origins, OUT_OF_THE_WAY)
    for group in (scenes.objects, scenes.stones):
        asked = asked & ~is_met(group, origins, suns)
    return cosines * asked


def _plane_distances(origins: Tensor, directions: Tensor) -> Tensor:
    down = -directions[..., 2]
    distances = origins[..., 2] / down.clamp_min(1e-6)
    return torch.where((down > 0) & (distances < HORIZON), distances, MISSED)
