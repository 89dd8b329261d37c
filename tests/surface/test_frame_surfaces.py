from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.surface.frame_surfaces import exclusive_owners
from engine.surface.haar import Cells
from engine.surface.latent_grid import LatentGrid

Sample = tuple[int, int, int]


def slow_owners(samples: list[Sample]) -> dict[tuple[int, int], int]:
    """Cell by cell: the latent pixel of most of its samples, of several the first."""
    owners = {}
    for cell in {sample[:2] for sample in samples}:
        counts = Counter(latent for column, row, latent in samples if (column, row) == cell)
        owners[cell] = min(counts, key=lambda latent: (-counts[latent], latent))
    return owners


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2), st.integers(0, 3)), max_size=40))
def test_owners_equal_their_slow_twin(samples: list[Sample]) -> None:
    column, row, latent = np.array(samples, np.int64).reshape(-1, 3).T
    cells, owners = exclusive_owners(Cells(3, column, row), latent)
    found = zip(cells.column.tolist(), cells.row.tolist(), owners.tolist(), strict=True)
    assert {(column, row): latent for column, row, latent in found} == slow_owners(samples)


def test_a_latent_pixel_holds_the_output_pixels_around_its_centre() -> None:
    grid = LatentGrid(height=16, width=24, latent_pixel=8)
    assert grid.shape == (2, 3)
    pixels = np.arange(16 * 24)
    np.testing.assert_array_equal(np.bincount(grid.latent_of(pixels)), np.full(6, 64))
    np.testing.assert_array_equal(grid.latent_of(grid.centre_of(np.arange(6))), np.arange(6))
    assert grid.latent_of(np.array([7, 8, 8 * 24])).tolist() == [0, 1, 3]
