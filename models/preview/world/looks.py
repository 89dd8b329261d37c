"""What a picture shows, in names: the combinations that a caption can tell apart, and those kept out of training."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from models.preview.world import grounds, materials, shapes, skies

SHAPES = tuple(shapes.SHAPES)
MATERIALS = tuple(materials.MATERIALS)
GROUNDS = tuple(grounds.GROUNDS)
SKIES = tuple(skies.SKIES)

PAIR_SHARE = 0.15


@dataclass(frozen=True)
class Look:
    shape: str
    material: str
    ground: str
    sky: str
    second_shape: str | None = None
    """Of the same material, beside the first."""

    @property
    def shapes(self) -> tuple[str, ...]:
        return (self.shape,) if self.second_shape is None else (self.shape, self.second_shape)


def is_held_out(look: Look) -> bool:
    """Whether training never sees the look: a tenth of the (shape, material) pairs, a sixteenth of the (material,
    ground) ones."""
    material = MATERIALS.index(look.material)
    shape_pairs = ((SHAPES.index(shape) + 3 * material) % 10 == 5 for shape in look.shapes)
    return any(shape_pairs) or (3 * material + 7 * GROUNDS.index(look.ground)) % 16 == 5


def random_look(generator: torch.Generator, held_out: bool = False) -> Look:
    """A look of the training set or, `held_out`, of the other; now and then with two objects."""
    while True:
        look = Look(
            _choice(SHAPES, generator),
            _choice(MATERIALS, generator),
            _choice(GROUNDS, generator),
            _choice(SKIES, generator),
            _choice(SHAPES, generator) if torch.rand((), generator=generator) < PAIR_SHARE else None,
        )
        if is_held_out(look) == held_out:
            return look


def _choice(names: tuple[str, ...], generator: torch.Generator) -> str:
    return names[int(torch.randint(len(names), (), generator=generator))]
