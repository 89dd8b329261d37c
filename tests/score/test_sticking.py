"""Whether what moves is said to stick to the screen, or to stand still, when it does and only then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.score.filters import blur, look_up
from engine.score.lagged import INSIDE, MOVING
from engine.score.motion_followed import MotionFollowed
from engine.score.pictures import Picture
from engine.score.sticking import CHANCE, UNRELATED, Sticking, sticking_ratio
from engine.score.view import View
from tests.score.conftest import FRAMES, SIZE, Pictures, pixels, run, views_of

GENERATOR = np.random.default_rng(4)
FAR_APART = (FRAMES[1], FRAMES[-1])


@pytest.fixture(scope="module")
def far_apart(rolling: Path) -> list[View]:
    """A frame whose surfaces have moved by many pixels since the one before."""
    return views_of(rolling, FAR_APART)


def test_sticking_is_numpys_correlation_over_what_moves(far_apart: list[View], textured: Pictures) -> None:
    pattern = 0.1 * GENERATOR.random((SIZE, SIZE, 1), np.float32)
    pictures = {frame: Picture(textured[frame] + pattern) for frame in FAR_APART}
    found = run(Sticking(), far_apart, pictures)
    before, view = far_apart
    current, earlier = (pictures[seen.frame].residual for seen in (view, before))
    here, screen, surface, alike = [], [], [], []
    for (row, column), there in moving(before, view, inside=True):
        here.append(current[row, column])
        screen.append(earlier[row, column])
        surface.append(look_up(earlier[..., None], there)[0, 0])
        alike.append(look_up(current[..., None], there)[0, 0])
    on_screen, on_surface, own = (np.corrcoef(here, other)[0, 1] for other in (screen, surface, alike))
    assert found["sticking_screen"].value == pytest.approx(on_screen, abs=1e-4)
    assert found["sticking_surface"].value == pytest.approx(on_surface, abs=1e-4)
    assert on_screen - max(own, 0) > max(UNRELATED, CHANCE / np.sqrt(len(here)))
    assert found["sticking"].value == pytest.approx((on_screen - max(own, 0)) / (on_surface - max(own, 0)), rel=0.01)
    assert 0.5 < found["sticking"].value < 5


def test_the_motion_that_is_followed_is_that_of_a_loop_over_pixels(
    far_apart: list[View], noise: dict[int, Picture]
) -> None:
    before, view = far_apart
    current, earlier = noise[view.frame].rgb, noise[before.frame].rgb
    on_screen, on_surface = [], []
    for (row, column), there in moving(before, view, inside=False):
        on_screen.append(((current[row, column] - earlier[row, column]) ** 2).sum())
        on_surface.append(((current[row, column] - look_up(earlier, there)[0]) ** 2).sum())
    found = run(MotionFollowed(), far_apart, noise)["motion_followed"]
    assert found.value == pytest.approx(sum(on_screen) / sum(on_screen + on_surface), rel=1e-4)


def test_one_colour_follows_no_motion_and_stands_not_still(far_apart: list[View]) -> None:
    grey = dict.fromkeys(FAR_APART, Picture(np.full((SIZE, SIZE, 3), 0.5, np.float32)))
    assert run(MotionFollowed(), far_apart, grey)["motion_followed"].why_not.endswith("all of one colour")
    assert run(Sticking(), far_apart, grey)["sticking"].why_not.endswith("no fine detail")


def moving(before: View, view: View, inside: bool) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    """Pixels of what moves, with their places (1, 2) in the frame before."""
    warp, ids = view.warps["10"].warp, [before.passes.object_id, view.passes.object_id]
    for row, column in pixels(warp.seen & (ids[0] == ids[1])):
        x, y = warp.position[row, column]
        is_moved = np.hypot(x - column - 0.5, y - row - 0.5) > MOVING
        if is_moved and (not inside or (_inside(ids, row, column) and _inside(ids, int(y), int(x)))):
            yield (row, column), np.array([[x, y]])


@pytest.mark.parametrize("softness", [0, 1, 2])
def test_frames_that_have_nothing_in_common_do_not_stick(far_apart: list[View], softness: float) -> None:
    for seed in range(30):
        shown = np.random.default_rng(seed).random((2, SIZE, SIZE), np.float32)
        grey = [blur(one, softness) if softness else one for one in shown]
        pictures = {
            frame: Picture(np.repeat(one[..., None], 3, -1)) for frame, one in zip(FAR_APART, grey, strict=True)
        }
        sticking = run(Sticking(), far_apart, pictures)["sticking"].value
        assert sticking is None or sticking == 0, f"seed {seed}"


@pytest.mark.parametrize("sigma", [0.02, 0.05])
def test_noise_over_a_fixed_texture_does_not_stick(far_apart: list[View], textured: Pictures, sigma: float) -> None:
    for seed in range(15):
        generator = np.random.default_rng(seed)
        noisy = {frame: textured[frame] + generator.normal(0, sigma, (SIZE, SIZE, 3)) for frame in FAR_APART}
        pictures = {frame: Picture(rgb.astype(np.float32)) for frame, rgb in noisy.items()}
        sticking = run(Sticking(), far_apart, pictures)["sticking"].value
        assert sticking is None or sticking == 0, f"seed {seed}"


@pytest.mark.parametrize(
    ("screen", "surface", "alike", "count", "expected"),
    [
        (0.9, 0.02, 0.0, 10_000, 45),
        (0.4, 0.6, 0.2, 10_000, 0.5),
        (0.06, 0.6, -0.2, 10_000, 0),  # likeness below 0 makes nothing stick
        (0.2, 0.6, 0.0, 1_000, 0),  # 0.38 is chance
        (0.2, 0.3, 0.0, 1_000, None),
        (0.04, 0.02, 0.0, 1_000_000, None),
    ],
)
def test_sticking_is_more_than_likeness_and_chance(
    screen: float, surface: float, alike: float, count: int, expected: float | None
) -> None:
    assert sticking_ratio(screen, surface, alike, count) == pytest.approx(expected)


def _inside(ids: list[np.ndarray], row: int, column: int) -> bool:
    """Whether the pixels around a place, and their neighbours, show one object only, the same in both frames."""
    shown = set()
    for up, left in ((INSIDE, INSIDE + 1), (INSIDE + 1, INSIDE)):
        rows = slice(max(row - up, 0), row + up + 1)
        columns = slice(max(column - left, 0), column + left + 1)
        shown |= {number for object_id in ids for number in np.unique(object_id[rows, columns])}
    return len(shown) == 1
