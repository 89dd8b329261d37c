"""Batches of scenes that share one look: what the renderer reads, as tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Any

import torch
from torch import Tensor

from models.preview.world.looks import Look
from models.preview.world.primitives import Box, Cone, ball
from models.preview.world.staging import Camera, Group, Stage, staged
from models.preview.world.tracing import Primitives
from models.preview.world.vectors import normalized

BURIED = (0.0, 0.0, -50.0)  # where the spare rows of tables lie


@dataclass(frozen=True)
class Cameras:
    """Pinhole cameras with square pictures."""

    positions: Tensor  # (batch, 3)
    axes: Tensor  # (batch, 3, 3) rows: right, up, ahead
    half_heights: Tensor  # (batch,) tangent of half the field of view


@dataclass(frozen=True)
class Scenes:
    """Scenes of one look; everything else about them is by chance."""

    look: Look
    objects: Primitives
    """What the caption names."""
    hills: Primitives
    stones: Primitives
    cameras: Cameras
    suns: Tensor  # (batch, 3) unit directions towards the sun
    headings: Tensor  # (batch,) radians: how the object space is turned about z
    pattern_scales: Tensor  # (batch,)
    pattern_shifts: Tensor  # (batch, 3) where in its solid texture an object lies
    ground_turns: Tensor  # (batch,) radians
    ground_shifts: Tensor  # (batch, 3)

    def __len__(self) -> int:
        return len(self.suns)

    def __getitem__(self, pictures: slice) -> Scenes:
        return _sliced(self, pictures)


def sample_scenes(look: Look, count: int, generator: torch.Generator, device: torch.device | str = "cpu") -> Scenes:
    """`count` scenes by chance. `generator` lives on the CPU: the same seed gives the same scenes on every device, and
    the first of many are those of few."""
    seeds = torch.randint(2**62, (count,), generator=generator).tolist()
    return batched(look, [staged(look, Random(seed)) for seed in seeds], device)


def batched(look: Look, stages: Sequence[Stage], device: torch.device | str = "cpu") -> Scenes:
    """The stages as tensors, in tables as long as the fullest of them needs."""

    def tensor(name: str) -> Tensor:
        return torch.tensor([getattr(stage, name) for stage in stages], dtype=torch.float32, device=device)

    return Scenes(
        look=look,
        objects=_primitives([stage.objects for stage in stages], device),
        hills=_primitives([stage.hills for stage in stages], device),
        stones=_primitives([stage.stones for stage in stages], device),
        cameras=_cameras([stage.camera for stage in stages], device),
        suns=tensor("sun"),
        headings=tensor("heading"),
        pattern_scales=tensor("pattern_scale"),
        pattern_shifts=tensor("pattern_shift"),
        ground_turns=tensor("ground_turn"),
        ground_shifts=tensor("ground_shift"),
    )


def _sliced(batch: Any, pictures: slice) -> Any:
    """The same dataclass with fewer pictures, all the way down."""
    if isinstance(batch, Tensor):
        return batch[pictures]
    if isinstance(batch, Look):
        return batch
    return replace(batch, **{field.name: _sliced(getattr(batch, field.name), pictures) for field in fields(batch)})


def _cameras(cameras: Sequence[Camera], device: torch.device | str) -> Cameras:
    positions = torch.tensor([camera.position for camera in cameras], device=device)
    ahead = normalized(torch.tensor([camera.target for camera in cameras], device=device) - positions)
    level = normalized(torch.linalg.cross(ahead, ahead.new_tensor((0, 0, 1)).expand_as(ahead)))
    rolls = torch.tensor([camera.roll for camera in cameras], device=device)[:, None]
    right = rolls.cos() * level + rolls.sin() * torch.linalg.cross(level, ahead)
    axes = torch.stack((right, torch.linalg.cross(right, ahead), ahead), 1)
    half_heights = [math.tan(camera.field_of_view / 2) for camera in cameras]
    return Cameras(positions, axes, torch.tensor(half_heights, device=device))


def _primitives(groups: Sequence[Group], device: torch.device | str) -> Primitives:
    cones = _padded([_of_kind(Cone, group) for group in groups], ball(BURIED, 0.01), least=1)
    boxes = _padded([_of_kind(Box, group) for group in groups], Box(BURIED, (0.01, 0.01, 0.01)))
    bounds = _padded([group.bounds for group in groups], (BURIED, 0.0))
    return Primitives(
        cone_starts=_table([[cone.start for cone in row] for row in cones], device, 3),
        cone_ends=_table([[cone.end for cone in row] for row in cones], device, 3),
        cone_radii=_table([[(cone.start_radius, cone.end_radius) for cone in row] for row in cones], device, 2),
        box_centers=_table([[box.center for box in row] for row in boxes], device, 3),
        box_half_sizes=_table([[box.half_size for box in row] for row in boxes], device, 3),
        box_axes=_table([[box.axes for box in row] for row in boxes], device, 3, 3),
        bound_centers=_table([[center for center, _ in row] for row in bounds], device, 3),
        bound_radii=_table([[radius for _, radius in row] for row in bounds], device),
    )


def _of_kind(kind: type[Cone] | type[Box], group: Group) -> list[Any]:
    return [solid for solid in group.solids if isinstance(solid, kind)]


def _padded(rows: list[list[Any]], spare: Any, least: int = 0) -> list[list[Any]]:
    length = max(least, *(len(row) for row in rows))
    return [row + [spare] * (length - len(row)) for row in rows]


def _table(rows: list[list[Any]], device: torch.device | str, *shape: int) -> Tensor:
    return torch.tensor(rows, dtype=torch.float32, device=device).reshape(len(rows), len(rows[0]), *shape)
