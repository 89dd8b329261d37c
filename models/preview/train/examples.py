"""Rendered examples in memory: colour or latents, with their depth and what they show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.preview.train.recipe import Phase
from models.preview.world.looks import Look


@dataclass
class Examples:
    """The training set; fresh examples may take the place of the oldest."""

    values: (
        Tensor  # (examples, 3, size, size) uint8 sRGB, or (examples, 4, size / factor, size / factor) float16 latents
    )
    inverse_depth: Tensor  # (examples, size, size) float16, planar, 0 in the sky
    looks: list[Look]
    oldest: int = 0

    def __len__(self) -> int:
        return len(self.looks)

    @classmethod
    def joined(cls, parts: Sequence[Examples]) -> Examples:
        return cls(
            torch.cat([part.values for part in parts]),
            torch.cat([part.inverse_depth for part in parts]),
            [look for part in parts for look in part.looks],
        )

    def first(self, count: int) -> Examples:
        return Examples(self.values[:count], self.inverse_depth[:count], self.looks[:count])

    def parts(self, size: int) -> Iterator[Examples]:
        """All examples, `size` at a time."""
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            yield Examples(self.values[part], self.inverse_depth[part], self.looks[part])

    def renew(self, fresh: Examples) -> None:
        """Puts `fresh` in the place of the oldest examples."""
        places = [(self.oldest + offset) % len(self) for offset in range(len(fresh))]
        self.values[places] = fresh.values
        self.inverse_depth[places] = fresh.inverse_depth
        for place, look in zip(places, fresh.looks, strict=True):
            self.looks[place] = look
        self.oldest = (places[-1] + 1) % len(self)


def random_corners(count: int, span: int, generator: torch.Generator) -> list[tuple[int, int]]:
    """Upper left corners (row, column) of crops, from 0 up to and including `span`."""
    return [(row, column) for row, column in torch.randint(span + 1, (count, 2), generator=generator).tolist()]


def crop(pictures: Tensor, corners: Sequence[tuple[int, int]], size: int) -> Tensor:
    """Cuts a square out of every picture of (batch, ..., height, width)."""
    cuts = zip(pictures, corners, strict=True)
    return torch.stack([picture[..., row : row + size, column : column + size] for picture, (row, column) in cuts])


def random_crops(examples: Examples, phase: Phase, generator: torch.Generator) -> Tensor:
    """Squares out of random examples' values, (phase.batch, ..., phase.crop, phase.crop)."""
    drawn = torch.randint(len(examples), (phase.batch,), generator=generator)
    corners = random_corners(phase.batch, examples.values.shape[-1] - phase.crop, generator)
    return crop(examples.values[drawn], corners, phase.crop)
