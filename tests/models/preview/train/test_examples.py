from __future__ import annotations

import torch

from models.preview.train.examples import Examples, crop, random_corners
from models.preview.world.looks import Look

LOOK = Look("ball", "gold", "sand", "sunset")


def numbered(numbers: list[int]) -> Examples:
    """Examples whose every value is their number."""
    values = torch.tensor(numbers).view(-1, 1, 1, 1).expand(-1, 3, 4, 4).contiguous()
    return Examples(values, values[:, 0].half(), [LOOK] * len(numbers))


def test_fresh_examples_take_the_place_of_the_oldest() -> None:
    examples = numbered([1, 2, 3])
    examples.renew(numbered([4, 5]))
    examples.renew(numbered([6, 7]))
    assert examples.values[:, 0, 0, 0].tolist() == [7, 5, 6]
    assert examples.inverse_depth[:, 0, 0].tolist() == [7, 5, 6]


def test_parts_hold_every_example_once() -> None:
    parts = list(numbered([1, 2, 3, 4, 5]).parts(2))
    assert [part.values[:, 0, 0, 0].tolist() for part in parts] == [[1, 2], [3, 4], [5]]
    assert [len(part) for part in parts] == [2, 2, 1]


def test_crops_reach_every_corner_and_stay_inside() -> None:
    corners = random_corners(500, 2, torch.Generator().manual_seed(0))
    assert set(corners) == {(row, column) for row in range(3) for column in range(3)}


def test_a_crop_is_cut_at_its_own_corner() -> None:
    pictures = torch.arange(2 * 16).view(2, 4, 4)
    cut = crop(pictures, [(0, 0), (1, 2)], 2)
    assert torch.equal(cut, torch.stack([pictures[0, :2, :2], pictures[1, 1:3, 2:]]))
