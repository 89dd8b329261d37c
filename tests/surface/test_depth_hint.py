from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import ShotInvalid
from engine.contract.shot import read_shot
from engine.surface.depth_hint import depth_hint, inverse_depth_range
from engine.surface.passes import FramePasses, read_passes


@pytest.fixture(scope="module")
def passes(example_shot: Path) -> list[FramePasses]:
    shot = read_shot(example_shot)
    return [read_passes(example_shot, shot, frame) for frame in shot.frames]


def flat(depth: float, object_id: int = 1) -> FramePasses:
    plane = np.full((8, 8), depth, np.float32)
    return FramePasses(plane, np.dstack([plane] * 2), np.full((8, 8), object_id, np.int32), np.dstack([plane] * 3))


def test_near_is_bright_and_the_background_black(passes: list[FramePasses]) -> None:
    hint = depth_hint(passes[0], *inverse_depth_range(passes))
    surface = passes[0].is_surface
    order = np.argsort(passes[0].depth[surface])
    assert (np.diff(hint[surface][order]) <= 0).all()
    assert hint[~surface].max() == 0
    assert (hint.min(), hint.max()) == (0, 1)


def test_the_hint_is_linear_in_inverse_depth() -> None:
    np.testing.assert_allclose(depth_hint(flat(2.0), far=0.25, near=1.0), (0.5 - 0.25) / 0.75)


def test_a_still_surface_keeps_its_value_while_others_move(passes: list[FramePasses]) -> None:
    extent = inverse_depth_range(passes)
    hints = [depth_hint(item, *extent) for item in passes]
    is_still = (passes[0].object_id == 1) & (passes[3].object_id == 1)
    np.testing.assert_array_equal(hints[0][is_still], hints[3][is_still])


def test_one_far_outlier_does_not_spoil_the_range(passes: list[FramePasses]) -> None:
    far, near = inverse_depth_range([flat(1.0), flat(2.0)] * 4)
    depth = flat(1.0).depth.copy()
    depth[0, 0] = 1e6
    spoilt = replace(flat(1.0), depth=depth)
    assert inverse_depth_range([spoilt, flat(2.0)] * 4) == pytest.approx((far, near))


def test_a_flat_wall_is_bright() -> None:
    wall = flat(3.0)
    np.testing.assert_allclose(depth_hint(wall, *inverse_depth_range([wall])), 1)


def test_a_clip_of_only_background_is_refused() -> None:
    with pytest.raises(ShotInvalid, match="no object is seen"):
        inverse_depth_range([flat(np.inf, object_id=0)])
