"""The known texture against slow versions of what it is."""

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from engine.contract.shot import read_shot
from engine.score.known_texture import CONTRAST, KnownTexture, _footprint, _levels
from engine.surface.passes import read_passes
from tests.score.conftest import FRAMES


@pytest.fixture(scope="module")
def levels() -> np.ndarray:
    return _levels()


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_level_is_the_first_one_blurred(levels: np.ndarray, level: int) -> None:
    sharpest = levels[0, 0, 1:-1, 1:-1]
    sigma = 0.5 * np.sqrt(4**level - 1)  # what the first level's own half cell lacks
    blurred = ndimage.gaussian_filter(sharpest, sigma, mode="wrap", truncate=6)
    difference = abs(levels[0, level, 1:-1, 1:-1] - blurred)
    assert np.quantile(difference, 0.99) < 2e-3, "the rest is cut off at black and white"


def test_its_contrast_is_that_of_a_photograph(levels: np.ndarray) -> None:
    assert levels[:, 0].std() == pytest.approx(CONTRAST, rel=0.1)
    assert levels[:, -1].std() < 0.01 * CONTRAST


def test_a_tile_goes_on_seamlessly_in_the_next(rolling: Path) -> None:
    texture = KnownTexture(read_shot(rolling))
    v = np.linspace(0, 3, 40)
    before, after = (texture._at(np.column_stack([u + 0 * v, v]), 0 * v) for u in (1 - 1e-6, 1 + 1e-6))
    np.testing.assert_allclose(before, after, atol=1e-3)


def test_a_footprint_is_the_smaller_step_to_a_neighbour_of_the_same_object(rolling: Path) -> None:
    passes = read_passes(rolling, read_shot(rolling), FRAMES[0])
    found, (height, width) = _footprint(passes), passes.object_id.shape
    for row, column in [(30, 40), (50, 48), (70, 20), (40, 60), (95, 0), (60, 95)]:
        longest = 0.0
        for neighbours in ([(row - 1, column), (row + 1, column)], [(row, column - 1), (row, column + 1)]):
            steps = [
                np.linalg.norm(passes.uv[place] - passes.uv[row, column])
                for place in neighbours
                if 0 <= place[0] < height
                and 0 <= place[1] < width
                and passes.object_id[place] == passes.object_id[row, column]
            ]
            longest = max(longest, min(steps, default=0))
        assert found[row, column] == pytest.approx(longest, rel=1e-5)
