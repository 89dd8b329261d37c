"""Where rays meet round cones and oriented boxes: batched and analytic.

Every picture of a batch has its own table of primitives. Rays are (batch, rays, 3), or (batch, 1, 3) for what all rays
of a picture share, as the camera's place or the sun's direction: then what hangs on that alone is computed once.
Between solids and rays, tensors are (batch, solids, rays). Only rays that touch a bounding sphere are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.preview.world.vectors import dot, normalized

MISSED = float("inf")
SMALLEST = 1e-6


@dataclass(frozen=True)
class Primitives:
    """One group of solids per picture, as tables of equal length; spare rows lie deep under the ground."""

    cone_starts: Tensor  # (batch, cones, 3)
    cone_ends: Tensor  # (batch, cones, 3)
    cone_radii: Tensor  # (batch, cones, 2) at start and end
    box_centers: Tensor  # (batch, boxes, 3)
    box_half_sizes: Tensor  # (batch, boxes, 3)
    box_axes: Tensor  # (batch, boxes, 3, 3) a row for every edge's direction
    bound_centers: Tensor  # (batch, bounds, 3) spheres that together hold all solids
    bound_radii: Tensor  # (batch, bounds)


@dataclass(frozen=True)
class Hits:
    distances: Tensor  # (batch, rays) along unit directions; inf where nothing is met
    normals: Tensor  # (batch, rays, 3) outward; zero where nothing is met


def nearest_hits(primitives: Primitives, origins: Tensor, directions: Tensor) -> Hits:
    """The first solid on every ray, and its normal there."""
    rays = selected(_touching(primitives, origins, directions))
    near_origins, near_directions = gathered(origins, rays), gathered(directions, rays)
    all_distances = _solid_distances(primitives, near_origins, near_directions)
    found = all_distances.amin(1)
    solid = _first_equal(all_distances, found)
    points = near_origins + near_directions * torch.where(found.isfinite(), found, 0)[..., None]
    facing = _normals(primitives, points, near_directions, solid) * found.isfinite()[..., None]
    distances = directions.new_full(directions.shape[:2], MISSED).scatter_(1, rays, found)
    normals = torch.zeros_like(directions).scatter_(1, rays[..., None].expand(-1, -1, 3), facing)
    return Hits(distances, normals)


def is_met(primitives: Primitives, origins: Tensor, directions: Tensor) -> Tensor:
    """Which rays meet any solid, (batch, rays) bool."""
    rays = selected(_touching(primitives, origins, directions))
    found = _solid_distances(primitives, gathered(origins, rays), gathered(directions, rays)).amin(1)
    return torch.zeros(origins.shape[:2], dtype=torch.bool, device=rays.device).scatter_(1, rays, found.isfinite())


def clearances(primitives: Primitives, points: Tensor) -> Tensor:
    """How far points (batch, points, 3) are from the nearest solid, (batch, points): exact for capsules and boxes, near
    enough for cones."""
    starts, spans = primitives.cone_starts, primitives.cone_ends - primitives.cone_starts
    along = spans @ points.mT - dot(starts, spans)[..., None]  # (batch, cones, points)
    along = (along / dot(spans, spans).clamp_min(SMALLEST)[..., None]).clamp(0, 1)
    axis = starts[:, :, None] + along[..., None] * spans[:, :, None]
    apart = points[:, None] - axis
    start_radii, end_radii = primitives.cone_radii[:, :, None].unbind(-1)
    from_cones = (dot(apart, apart).sqrt() - torch.lerp(start_radii, end_radii, along)).amin(1)
    if not primitives.box_centers.shape[1]:
        return from_cones
    outside = (_in_boxes(primitives, points).abs() - primitives.box_half_sizes[..., None]).clamp_min(0)
    return torch.minimum(from_cones, outside.square().sum(2).sqrt().amin(1))


def within(primitives: Primitives, points: Tensor, reach: float) -> Tensor:
    """Which points lie in a bounding sphere that is larger by `reach`, (batch, points) bool."""
    _, square = _relative(points, points, primitives.bound_centers)
    return (square < (primitives.bound_radii + reach).square()[..., None]).any(1)


def selected(chosen: Tensor) -> Tensor:
    """Indices of the `chosen` (batch, rays), (batch, most): pictures with fewer of them are filled up with ray 0."""
    rank = chosen.cumsum(1) - 1
    most = max(int(rank[:, -1].max()) + 1, 1)
    picture, ray = chosen.nonzero(as_tuple=True)
    rays = torch.zeros(chosen.shape[0], most, dtype=torch.long, device=chosen.device)
    rays[picture, rank[picture, ray]] = ray
    return rays


def gathered(vectors: Tensor, rays: Tensor) -> Tensor:
    """The vectors (batch, many, n) of some rays; those that all rays share stay one."""
    return vectors if vectors.shape[1] == 1 else vectors.gather(1, rays[..., None].expand(-1, -1, vectors.shape[-1]))


def _touching(primitives: Primitives, origins: Tensor, directions: Tensor) -> Tensor:
    """Which rays touch a bounding sphere, (batch, rays) bool."""
    back, square = _relative(origins, directions, primitives.bound_centers)
    closest = square - back.clamp_max(0).square()
    return (closest < primitives.bound_radii.square()[..., None]).any(1)


def _solid_distances(primitives: Primitives, origins: Tensor, directions: Tensor) -> Tensor:
    """Distances to every solid, (batch, cones + boxes, rays)."""
    cones = _cone_distances(primitives, origins, directions)
    if not primitives.box_centers.shape[1]:
        return cones
    return torch.cat((cones, _box_distances(primitives, origins, directions)), 1)


def _cone_distances(primitives: Primitives, origins: Tensor, directions: Tensor) -> Tensor:
    """The tangent cone's quadratic, and the two balls'. All is convex, so the first of the three is the surface."""
    starts, ends = primitives.cone_starts, primitives.cone_ends
    spans = ends - starts
    start_radii, end_radii = primitives.cone_radii[:, :, None].unbind(-1)  # (batch, cones, 1)
    slope = start_radii - end_radii
    level = dot(spans, spans)[..., None] - slope.square()
    origin_along = spans @ origins.mT - dot(starts, spans)[..., None]
    along = spans @ directions.mT
    to_start, start_square = _relative(origins, directions, starts)
    a = (level - along.square()).clamp_min(SMALLEST * SMALLEST)
    b = level * to_start - along * (origin_along - slope * start_radii)
    c = level * start_square - origin_along.square() + 2 * origin_along * slope * start_radii
    c = c - (level + slope.square()) * start_radii.square()
    root = b.square() - a * c
    body = (-b - root.clamp_min(0).sqrt()) / a
    stretch = (origin_along - start_radii * slope) + body * along
    on_body = (root > 0) & (stretch > 0) & (stretch < level) & (body > 0)
    caps = _ball_distances(to_start, start_square, start_radii)
    caps = torch.minimum(caps, _ball_distances(*_relative(origins, directions, ends), end_radii))
    return torch.where(on_body, torch.minimum(body, caps), caps)


def _relative(origins: Tensor, directions: Tensor, centers: Tensor) -> tuple[Tensor, Tensor]:
    """Of the way from each center to each origin: its part along the ray, and its square length."""
    along = dot(directions, origins)[:, None] - centers @ directions.mT
    square = dot(origins, origins)[:, None] - 2 * centers @ origins.mT + dot(centers, centers)[..., None]
    return along, square


def _ball_distances(along: Tensor, square: Tensor, radii: Tensor) -> Tensor:
    root = along.square() - (square - radii.square())
    distances = -along - root.clamp_min(0).sqrt()
    return torch.where((root > 0) & (distances > 0), distances, MISSED)


def _box_distances(primitives: Primitives, origins: Tensor, directions: Tensor) -> Tensor:
    """The slab method, in each box's own axes."""
    slopes = primitives.box_axes.flatten(1, 2) @ directions.mT
    inverse = 1 / torch.where(slopes.abs() < SMALLEST, SMALLEST, slopes).unflatten(1, (-1, 3))
    middle = _in_boxes(primitives, origins) * -inverse  # (batch, boxes, 3, rays)
    half = primitives.box_half_sizes[..., None] * inverse.abs()
    enter, leave = (middle - half).amax(2), (middle + half).amin(2)
    return torch.where((enter < leave) & (enter > 0), enter, MISSED)


def _in_boxes(primitives: Primitives, points: Tensor) -> Tensor:
    """Points in each box's own axes, (batch, boxes, 3, points)."""
    centers = dot(primitives.box_centers[:, :, None], primitives.box_axes)  # (batch, boxes, 3)
    return (primitives.box_axes.flatten(1, 2) @ points.mT).unflatten(1, (-1, 3)) - centers[..., None]


def _first_equal(all_distances: Tensor, nearest: Tensor) -> Tensor:
    """The solid that is the nearest, (batch, rays). Faster than an argmin along a strided axis."""
    numbers = torch.arange(all_distances.shape[1], dtype=torch.int32, device=nearest.device)[:, None]
    return ((all_distances == nearest[:, None]) * numbers).amax(1).long()


def _normals(primitives: Primitives, points: Tensor, directions: Tensor, solid: Tensor) -> Tensor:
    cones = primitives.cone_starts.shape[1]
    normals = _cone_normals(primitives, points, solid.clamp_max(cones - 1))
    if not primitives.box_centers.shape[1]:
        return normals
    of_box = _box_normals(primitives, points, directions, (solid - cones).clamp_min(0))
    return torch.where((solid < cones)[..., None], normals, of_box)


def _cone_normals(primitives: Primitives, points: Tensor, cone: Tensor) -> Tensor:
    starts, spans = primitives.cone_starts, primitives.cone_ends - primitives.cone_starts
    slopes = primitives.cone_radii[..., 0] - primitives.cone_radii[..., 1]
    levels = (dot(spans, spans) - slopes.square()).clamp_min(SMALLEST)
    table = torch.cat((starts, spans, levels[..., None], (slopes * primitives.cone_radii[..., 0])[..., None]), -1)
    start, span, level, rise = gathered(table, cone).split((3, 3, 1, 1), -1)
    out = points - start
    stretch = torch.minimum((dot(out, span)[..., None] - rise).clamp_min(0), level)
    return normalized(level * out - stretch * span)


def _box_normals(primitives: Primitives, points: Tensor, directions: Tensor, box: Tensor) -> Tensor:
    """The face that the point lies on is the one that it is nearest to, and looks against the ray."""
    table = torch.cat((primitives.box_axes.flatten(2), primitives.box_centers, primitives.box_half_sizes), -1)
    axes, center, half_size = gathered(table, box).split((9, 3, 3), -1)
    axes = axes.unflatten(-1, (3, 3)).expand(-1, points.shape[1], -1, -1)
    inside = half_size - dot((points - center)[..., None, :], axes).abs()
    nearest = inside.argmin(-1, keepdim=True)[..., None].expand(-1, -1, 1, 3)
    face = axes.gather(2, nearest).squeeze(2)
    return face * -torch.sign(dot(face, directions))[..., None]
