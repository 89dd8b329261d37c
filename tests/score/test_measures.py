"""Every measure against a slow version of its docstring, on the first frames of a small shot."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine.score.filters import laplacian, look_up
from engine.score.flicker import Flicker
from engine.score.lagged import LaggedWarp
from engine.score.motion import Motion
from engine.score.motion_followed import MotionFollowed
from engine.score.outlines import WINDOW, Outlines
from engine.score.pictures import LUMA, Picture
from engine.score.sharpness import SHARPNESS_RATIOS, Sharpness, sharpness_ratio
from engine.score.sticking import Sticking
from engine.score.uv_pairs import UvPairs
from engine.score.uv_variance import UvVariance, weighted_percentile
from engine.score.view import BAND, STILL, View
from engine.score.warp_error import WarpError
from engine.surface.passes import FramePasses
from tests.score.conftest import FRAMES, SIZE, pixels, run, views_of

GENERATOR = np.random.default_rng(3)


def textures(views: list[View], pictures: dict[int, Picture]) -> dict[tuple, np.ndarray]:
    """The whole texture of every surface in every frame, (frames, texels, 3): NaN where it is not seen."""
    sizes = {texels.surface: len(texels.areas) for view in views for texels in view.texels}
    lifted = {surface: np.full((len(views), size, 3), np.nan) for surface, size in sizes.items()}
    for index, view in enumerate(views):
        for texels in view.texels:
            colours = pictures[view.frame].rgb.reshape(-1, 3)[texels.pixel]
            lifted[texels.surface][index, texels.which] = colours
    return lifted


def test_the_uv_variance_is_numpys_unbiased_one_weighted_by_area(views: list[View], noise: dict[int, Picture]) -> None:
    found = run(UvVariance(), views, noise)
    areas_of = {texels.surface: texels.areas for view in views for texels in view.texels}
    variances, areas = [], []
    for surface, lifted in textures(views, noise).items():
        twice = np.isfinite(lifted[..., 0]).sum(axis=0) >= 2
        variances.append(np.nanvar(lifted[:, twice], axis=0, ddof=1).mean(axis=1))
        areas.append(areas_of[surface][twice])
    variance, area = np.concatenate(variances), np.concatenate(areas)
    assert found["uv_variance"].value == pytest.approx(np.average(variance, weights=area), rel=1e-4)
    p95 = found["uv_variance_p95"].value
    assert area[variance <= p95].sum() == pytest.approx(0.95 * area.sum(), rel=1e-3)


def test_a_weighted_percentile_counts_every_value_as_often_as_it_weighs() -> None:
    values, weights = GENERATOR.random(50), GENERATOR.integers(1, 9, 50)
    repeated = np.sort(np.repeat(values, weights))
    expected = repeated[int(np.ceil(0.95 * len(repeated))) - 1]
    assert weighted_percentile(values, weights, 95) == pytest.approx(expected)


def test_the_error_of_pairs_is_that_of_the_texels_in_both(views: list[View], noise: dict[int, Picture]) -> None:
    found = run(UvPairs(), views, noise)["uv_mse"]
    pairs = []
    for pair in pairwise(views):
        lifted = np.concatenate([*textures([*pair], noise).values()], axis=1)
        pairs.append(np.nanmean((lifted[0] - lifted[1]) ** 2))
    assert found.value == pytest.approx(np.mean(pairs), rel=1e-4)


def test_the_warp_error_is_that_of_a_loop_over_pixels(views: list[View], noise: dict[int, Picture]) -> None:
    found = run(WarpError(), views, noise)
    errors, surface = [], 0
    for view in views[1:]:
        warp, earlier = view.warps["1"].warp, noise[view.warps["1"].frame].rgb
        surface += view.passes.is_surface.sum()
        for row, column in pixels(warp.seen):
            there = look_up(earlier, warp.position[row, column][None])[0]
            errors.append(np.abs(noise[view.frame].rgb[row, column] - there).mean())
    assert found["warp_error_1"].value == pytest.approx(np.mean(errors), rel=1e-4)
    assert found["warp_coverage"].value == pytest.approx(len(errors) / surface)


@pytest.mark.parametrize(("lag", "other"), [("10", FRAMES[1]), ("first", FRAMES[0])])
def test_longer_lags_compare_with_the_frame_they_say(
    rolling: Path, noise: dict[int, Picture], lag: str, other: int
) -> None:
    last = views_of(rolling, (FRAMES[0], FRAMES[1], FRAMES[-1]))[-1]
    found = run(WarpError(), [last], noise)[f"warp_error_{lag}"]
    warp, errors = last.warps[lag].warp, []
    for row, column in pixels(warp.seen):
        there = look_up(noise[other].rgb, warp.position[row, column][None])[0]
        errors.append(np.abs(noise[last.frame].rgb[row, column] - there).mean())
    assert found.value == pytest.approx(np.mean(errors), rel=1e-4)


def test_what_stands_still_is_seen_where_it_was(views: list[View]) -> None:
    for view in views[1:]:
        warp = view.warps["1"].warp
        for row, column in np.ndindex(SIZE, SIZE):
            x, y = warp.position[row, column]
            stays = np.hypot(x - column - 0.5, y - row - 0.5) < STILL
            assert view.still[row, column] == (warp.seen[row, column] and stays), "the camera moves, so no background"


def test_the_background_stands_still_where_the_camera_does(example_shot: Path) -> None:
    before, view = views_of(example_shot, (1, 2))
    background = (before.passes.object_id == 0) & (view.passes.object_id == 0)
    assert background.any()
    assert view.still[background].all()


def test_flicker_is_the_change_where_nothing_moves(views: list[View], noise: dict[int, Picture]) -> None:
    changes = []
    for view in views[1:]:
        assert view.still is not None
        for row, column in pixels(view.still):
            here, before = noise[view.frame].rgb[row, column], noise[view.previous].rgb[row, column]
            changes.append(np.abs(here - before).mean())
    assert run(Flicker(), views, noise)["flicker"].value == pytest.approx(np.mean(changes), rel=1e-4)


def test_motion_is_the_mean_way_to_the_previous_frame(views: list[View], noise: dict[int, Picture]) -> None:
    ways = [
        np.hypot(x - column - 0.5, y - row - 0.5)
        for view in views[1:]
        for row, column in pixels(view.passes.is_surface)
        for x, y in [view.warps["1"].warp.position[row, column]]
        if np.isfinite(x)
    ]
    assert run(Motion(), views, noise)["motion"].value == pytest.approx(np.mean(ways), rel=1e-4)


def test_sharpness_is_the_variance_of_the_laplacian(views: list[View], noise: dict[int, Picture]) -> None:
    found = run(Sharpness(), views, noise)["sharpness"]
    surfaces = [view.passes.is_surface[1:-1, 1:-1] for view in views]
    expected = [
        laplacian(noise[view.frame].rgb @ LUMA)[surface].var() for view, surface in zip(views, surfaces, strict=True)
    ]
    assert found.value == pytest.approx(np.mean(expected), rel=1e-5)
    assert sharpness_ratio(SHARPNESS_RATIOS["color"], found, found).value == pytest.approx(1)


def slow_overlap(object_id: np.ndarray, rgb: np.ndarray) -> tuple[int, int]:
    """Intersection and union of what is painted as an object and what shows it, pixel by pixel."""
    height, width = object_id.shape
    both = either = 0
    for row in range(height):
        for column in range(width):
            for number in np.unique(object_id) if _in_band(object_id, row, column) else ():
                if number:
                    top, left = max(row - WINDOW, 0), max(column - WINDOW, 0)
                    window = object_id[top : row + WINDOW + 1, left : column + WINDOW + 1]
                    colours = rgb[top : row + WINDOW + 1, left : column + WINDOW + 1]
                    others = np.ones(window.shape, bool)
                    others[row - top, column - left] = False
                    inner, outer = colours[others & (window == number)], colours[others & (window != number)]
                    if len(inner) and len(outer) and _reaches(object_id == number, row, column):
                        colour = rgb[row, column]
                        nearer = ((colour - inner.mean(axis=0)) ** 2).sum() < ((colour - outer.mean(axis=0)) ** 2).sum()
                        shown = object_id[row, column] == number
                        both, either = both + (nearer and shown), either + (nearer or shown)
    return both, either


def _in_band(object_id: np.ndarray, row: int, column: int) -> bool:
    """Whether a pixel with another neighbour is within the band's width."""
    window = np.pad(object_id, 1, mode="edge")
    for y in range(max(row - BAND, 0), min(row + BAND + 1, object_id.shape[0])):
        for x in range(max(column - BAND, 0), min(column + BAND + 1, object_id.shape[1])):
            around = (window[y, x + 1], window[y + 2, x + 1], window[y + 1, x], window[y + 1, x + 2])
            if any(other != object_id[y, x] for other in around):
                return True
    return False


def _reaches(mask: np.ndarray, row: int, column: int) -> bool:
    """Whether the pixel is in the object's rectangle, widened by the band."""
    rows, columns = np.nonzero(mask)
    return rows.min() - BAND <= row <= rows.max() + BAND and columns.min() - BAND <= column <= columns.max() + BAND


def with_objects(view: View, object_id: np.ndarray) -> View:
    """The view with nothing to see but some ids."""
    shape = object_id.shape
    nothing = np.zeros((*shape, 3), np.float32)
    passes = FramePasses(np.ones(shape, np.float32), nothing[..., :2], object_id.astype(np.int32), nothing)
    return replace(view, passes=passes, texels=[])


def test_the_silhouette_is_that_of_a_loop_over_pixels(views: list[View]) -> None:
    object_id = np.zeros((26, 30), np.int32)
    object_id[5:14, 4:16], object_id[9:22, 12:24] = 1, 2
    rgb = GENERATOR.random((26, 30, 3), np.float32)
    both, either = slow_overlap(object_id, rgb)
    small = with_objects(views[0], object_id)
    found = run(Outlines(), [small], {small.frame: Picture(rgb)})["silhouette_iou"]
    assert found.value == pytest.approx(both / either, abs=1e-6)


def test_alpha_is_the_silhouette_where_the_frames_have_it(views: list[View], noise: dict[int, Picture]) -> None:
    surface = views[0].passes.is_surface
    cut = Picture(noise[views[0].frame].rgb, surface.astype(np.float32))
    assert run(Outlines(), views[:1], {views[0].frame: cut})["silhouette_iou"].value == 1
    half = surface & (np.arange(SIZE) < SIZE // 2)
    halved = Picture(cut.rgb, half.astype(np.float32))
    found = run(Outlines(), views[:1], {views[0].frame: halved})["silhouette_iou"]
    assert found.value == pytest.approx(half.sum() / surface.sum())


def test_edge_alignment_is_that_of_a_loop_over_pixels(views: list[View]) -> None:
    object_id = np.zeros((26, 30), np.int32)
    object_id[5:14, 4:16], object_id[9:22, 12:24] = 1, 2
    rgb = GENERATOR.random((26, 30, 3), np.float32)
    small, luma = with_objects(views[0], object_id), np.pad(rgb @ LUMA, 1, mode="reflect", reflect_type="odd")
    on, beside = [], []
    for row, column in np.ndindex(26, 30):
        down = (luma[row + 2, column + 1] - luma[row, column + 1]) / 2
        right = (luma[row + 1, column + 2] - luma[row + 1, column]) / 2
        if small.outline[row, column]:
            on.append(np.hypot(down, right))
        elif _in_band(object_id, row, column):
            beside.append(np.hypot(down, right))
    found = run(Outlines(), [small], {small.frame: Picture(rgb)})["edge_alignment"]
    assert found.value == pytest.approx(np.mean(on) / np.mean(beside), rel=1e-4)


def test_edges_on_the_outlines_are_aligned_and_others_are_not(views: list[View]) -> None:
    ids = views[0].passes.object_id
    flat = Picture(np.repeat((ids / ids.max()).astype(np.float32)[..., None], 3, axis=-1))
    assert run(Outlines(), views[:1], {views[0].frame: flat})["edge_alignment"].value > 20


def test_one_frame_leaves_consistency_undefined_and_not_zero(views: list[View], noise: dict[int, Picture]) -> None:
    for measure in (UvVariance(), UvPairs(), WarpError(), Flicker(), Sticking(), MotionFollowed(), Motion()):
        for metric in run(measure, views[:1], noise).values():
            assert metric.value is None
            assert metric.why_not.startswith("not defined: ")
            assert any(word in metric.why_not for word in ("one frame", "no two frames", "no frame has another"))


def test_a_short_clip_is_said_to_be_too_short_for_ten_frames(views: list[View], noise: dict[int, Picture]) -> None:
    assert "10 frames before" in run(WarpError(), views, noise)["warp_error_10"].why_not
    standing = [replace(view, warps={}) for view in views]
    assert "no frame has another" in run(Sticking(), standing, noise)["sticking"].why_not
    slow = [replace(view, warps={lag: _slowed(warp) for lag, warp in view.warps.items()}) for view in views]
    assert "in 1 frame, and no frame has another 10" in run(Sticking(), slow, noise)["sticking"].why_not


def _slowed(lagged: LaggedWarp) -> LaggedWarp:
    return replace(lagged, distance=np.zeros_like(lagged.distance))
