import numpy as np
import pytest
from scipy import ndimage

from engine.score.filters import BoxSums, blur, gradient_length, laplacian, look_up, outline_of, widened

IMAGE = np.random.default_rng(0).random((20, 30), np.float32)


def test_the_blur_is_scipys() -> None:
    np.testing.assert_allclose(
        blur(IMAGE, 2.0), ndimage.gaussian_filter(IMAGE, 2.0, mode="nearest", radius=6), atol=1e-6
    )


def test_the_laplacian_is_scipys() -> None:
    np.testing.assert_allclose(laplacian(IMAGE), ndimage.laplace(IMAGE)[1:-1, 1:-1], atol=1e-6)


def test_the_gradient_of_a_slope_is_its_steepness() -> None:
    rows, columns = np.indices((8, 9))
    np.testing.assert_allclose(gradient_length(3.0 * rows + 4.0 * columns), 5)


@pytest.mark.parametrize("radius", [0, 2, 40])
def test_box_sums_are_those_of_a_loop(radius: int) -> None:
    image = np.random.default_rng(1).random((12, 9, 2))
    sums = BoxSums(image).around(np.arange(12)[:, None], np.arange(9), radius)
    for row in range(12):
        for column in range(9):
            box = image[max(row - radius, 0) : row + radius + 1, max(column - radius, 0) : column + radius + 1]
            np.testing.assert_allclose(sums[row, column], box.sum(axis=(0, 1)))


def test_lookups_are_bilinear_between_the_centres_of_pixels() -> None:
    image = np.random.default_rng(2).random((10, 14, 3), np.float32)
    for x, y in np.random.default_rng(3).uniform([0.5, 0.5], [13.5, 9.5], (30, 2)):
        column, row = int(x - 0.5), int(y - 0.5)
        right, down = x - 0.5 - column, y - 0.5 - row
        upper = (1 - right) * image[row, column] + right * image[row, min(column + 1, 13)]
        lower = (1 - right) * image[min(row + 1, 9), column] + right * image[min(row + 1, 9), min(column + 1, 13)]
        np.testing.assert_allclose(look_up(image, np.array([[x, y]]))[0], (1 - down) * upper + down * lower, atol=1e-5)


def test_a_lookup_at_a_centre_is_the_pixel() -> None:
    image = np.random.default_rng(4).random((4, 5, 1), np.float32)
    assert look_up(image, np.array([[3.5, 2.5]]))[0, 0] == pytest.approx(image[2, 3, 0], abs=1e-6)


def test_a_widened_mask_is_scipys() -> None:
    mask = np.random.default_rng(5).random((20, 30)) < 0.02
    square = np.ones((7, 7), bool)
    assert (widened(mask, 3) == ndimage.binary_dilation(mask, square)).all()


def test_an_outline_is_where_a_neighbour_shows_another_object() -> None:
    object_id = np.random.default_rng(6).integers(0, 3, (9, 11)).repeat(2, axis=0).repeat(2, axis=1)
    padded = np.pad(object_id, 1, mode="edge")
    around = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    assert (outline_of(object_id) == np.any([other != object_id for other in around], axis=0)).all()
