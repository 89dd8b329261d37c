"""White noise by cells: at every level the same, and for every cell by itself."""

import numpy as np
import pytest

from engine.surface.haar import Cells, WhiteNoise
from tests.surface.whiteness import flaws

SIDE = 64


def block(level: int, left: int = 0, bottom: int = 0, side: int = SIDE) -> Cells:
    row, column = np.mgrid[bottom : bottom + side, left : left + side]
    return Cells(level, column.ravel(), row.ravel())


def picture(values: np.ndarray) -> np.ndarray:
    return values.T.reshape(4, SIDE, SIDE).astype(np.float64)


@pytest.mark.parametrize("level", [0, 1, 6, 20])
@pytest.mark.parametrize("left", [0, -SIDE // 2])
def test_every_level_is_white(level: int, left: int) -> None:
    assert flaws(picture(WhiteNoise(1, "key").z(block(level, left)))) == []


def test_a_cell_is_the_sum_of_its_four_children_halved() -> None:
    noise = WhiteNoise(1, "key")
    children = picture(noise.z(block(7, -32, 0))).reshape(4, 32, 2, 32, 2)
    parents = noise.z(block(6, -16, 0, 32)).T.reshape(4, 32, 32)
    np.testing.assert_allclose(children.sum(axis=(2, 4)) / 2, parents, atol=1e-6)


def test_a_cells_noise_does_not_depend_on_what_else_is_asked_for() -> None:
    noise, cells = WhiteNoise(3, "key"), block(9, -20, 300)
    together = noise.z(cells)
    for one in (0, 77, 4095):
        np.testing.assert_array_equal(noise.z(cells[np.array([one])])[0], together[one])
    np.testing.assert_array_equal(noise.z(cells[::-1]), together[::-1])


def test_levels_seeds_keys_tiles_and_detail_are_independent_of_each_other() -> None:
    first, cells = WhiteNoise(1, "key"), block(7)
    others = [
        WhiteNoise(2, "key").z(cells),
        WhiteNoise(1, "other").z(cells),
        first.z(block(7, 128)),
        first.z(block(6)),
        first.detail_at(cells.centres, 7),
        first.detail_at(cells.centres, 8),
    ]
    for other in others:
        assert abs(np.corrcoef(first.z(cells).ravel(), other.ravel())[0, 1]) < 4 / np.sqrt(other.size)


def test_places_in_one_cell_take_their_detail_from_finer_ones() -> None:
    uv = np.array([[0.1, 0.1], [0.1001, 0.1], [0.7, 0.7]])
    detail = WhiteNoise(1, "key").detail_at(uv, 3)
    assert len(np.unique(detail[:, 0])) == 3
    np.testing.assert_array_equal(detail[2], WhiteNoise(1, "key").detail_at(uv[2:], 3)[0])
    assert np.isnan(WhiteNoise(1, "key").detail_at(uv[[0, 0]], 3)).all()


def test_a_code_names_its_cell_on_any_side_of_the_origin() -> None:
    column, row = np.array([0, -1, 5, -(2**31), 2**31 - 1]), np.array([-1, -1, 7, 2**31 - 1, -(2**31)])
    found = Cells.of_code(Cells(4, column, row).code, 4)
    np.testing.assert_array_equal([found.column, found.row], [column, row])
