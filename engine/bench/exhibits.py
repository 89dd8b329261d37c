"""Pictures that the preview's own renderer makes, with all that is known about them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor

from models.preview.world.hint import depth_hint, inverse_depth_range
from models.preview.world.looks import MATERIALS, Look
from models.preview.world.render import render
from models.preview.world.scenes import sample_scenes

SEEDS = 1_000_000
"""Every look of a collection has a seed of its own, and no two collections share any."""


@dataclass(frozen=True)
class Exhibits:
    """A rendered picture of every look."""

    looks: tuple[Look, ...]
    pictures: Tensor  # (pictures, 3, size, size) float32 in [0, 1]
    is_object: Tensor  # (pictures, size, size) bool: the captioned objects
    hints: Tensor  # (pictures, 3, size, size) float32 in [0, 1], each with the range of its own depth

    @property
    def materials(self) -> Tensor:
        """(pictures,) the place of each picture's material in MATERIALS."""
        return torch.tensor([MATERIALS.index(look.material) for look in self.looks])


def render_exhibits(looks: Sequence[Look], size: int, seed: int) -> Exhibits:
    """Renders a scene of every look; the same seed gives the same pictures."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several pictures at a time instead: the renderer's tensors are small
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            seeds = range(seed * SEEDS, seed * SEEDS + len(looks))
            parts = list(pool.map(lambda look, own_seed: _render_look(look, size, own_seed), looks, seeds))
    finally:
        torch.set_num_threads(threads)
    pictures, is_object, hints = (torch.cat(tensors) for tensors in zip(*parts, strict=True))
    return Exhibits(tuple(looks), pictures, is_object, hints)


@torch.inference_mode()
def _render_look(look: Look, size: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    rendered = render(sample_scenes(look, 1, torch.Generator().manual_seed(seed)), size)
    hints = depth_hint(rendered.depth, *inverse_depth_range(rendered.depth))
    return rendered.color, rendered.is_object, hints[:, None].expand(-1, 3, -1, -1)
