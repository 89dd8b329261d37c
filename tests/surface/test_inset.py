"""How far pixels lie within outlines."""

from __future__ import annotations

import numpy as np
import pytest

from engine.surface.inset import inset


@pytest.mark.parametrize("edge_is_outline", [False, True])
def test_it_is_the_radius_of_the_largest_square_of_one_object(edge_is_outline: bool) -> None:
    ids = np.repeat(np.repeat(np.random.default_rng(2).integers(0, 3, (6, 5)), 5, 0), 6, 1)
    ids[7, 9] = 4
    padded = np.pad(ids, 9, constant_values=-1)

    def radius(row: int, column: int) -> int:
        for found in range(1, 5):
            square = padded[row + 9 - found : row + 10 + found, column + 9 - found : column + 10 + found]
            others = square[square != -1] if not edge_is_outline else square
            if (others != ids[row, column]).any():
                return found - 1
        return 4

    slow = [[radius(row, column) for column in range(ids.shape[1])] for row in range(ids.shape[0])]
    assert np.array_equal(inset(ids, 4, edge_is_outline), slow)
