"""Keyframes' pictures on the surfaces of other frames, in a shot whose textures are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.bench.rolling_shot import make_rolling_shot
from engine.contract.frames import Clip
from engine.methods.projection import project
from engine.score.known_texture import KnownTexture
from engine.surface.keyframe_views import NO_KEYFRAME, KeyframeView, keyframe_view
from engine.surface.shot_surfaces import ShotSurfaces, TexelAtlas

KEYFRAMES, FRAME = (2, 9), 5


class Painted:
    """A shot with a fixed texture on every surface."""

    def __init__(self, folder: Path) -> None:
        self.shot = make_rolling_shot(folder, Clip(1, 10), 128)
        self.surfaces = ShotSurfaces(folder, self.shot)
        self.texture = KnownTexture(self.shot)
        self.atlas = TexelAtlas()

    def picture(self, frame: int) -> Tensor:
        return torch.from_numpy(self.texture.paint(self.surfaces.read(frame)[0]).rgb)

    def view(self, frame: int, keyframes: tuple[int, ...] = KEYFRAMES, margin: int = 1) -> KeyframeView:
        read = [self.surfaces.read(other)[1] for other in keyframes]
        return keyframe_view(self.surfaces.read(frame)[1], read, self.atlas.of, margin)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Painted:
    return Painted(tmp_path_factory.mktemp("scene") / "shot")


def test_a_fixed_texture_lands_where_it_belongs(scene: Painted) -> None:
    view, expected = scene.view(FRAME), scene.picture(FRAME)
    keyframes = torch.stack([scene.picture(frame) for frame in KEYFRAMES])
    result = project(torch.full_like(expected, 0.5), keyframes, view, 1.0)
    error = (result - expected).abs().mean(-1)
    inside = torch.from_numpy(view.keyframe) != NO_KEYFRAME
    inside &= all_around(inside)
    unrelated = (keyframes[0] - expected).abs().mean(-1)
    assert inside.float().mean() > 0.4
    assert error[inside].mean() < 0.2 * unrelated[inside].mean()


def all_around(seen: Tensor) -> Tensor:
    """Whether a square of five pixels is seen, but for the picture's edge."""
    blurred = torch.nn.functional.avg_pool2d(seen.float()[None, None], 5, 1, 2, count_include_pad=False)[0, 0]
    return blurred == 1


def test_what_no_keyframe_sees_stays_as_it_is(scene: Painted) -> None:
    view, picture = scene.view(FRAME), torch.rand(128, 128, 3)
    keyframes = torch.zeros(2, 128, 128, 3)
    unseen = torch.from_numpy(view.keyframe) == NO_KEYFRAME
    assert unseen.any() and torch.equal(project(picture, keyframes, view, 1.0)[unseen], picture[unseen])
    assert torch.equal(project(picture, keyframes, view, 0.0), picture)


def test_half_the_strength_is_halfway(scene: Painted) -> None:
    view, picture = scene.view(FRAME), torch.rand(128, 128, 3)
    keyframes = torch.stack([scene.picture(frame) for frame in KEYFRAMES])
    whole, half = (project(picture, keyframes, view, strength) for strength in (1.0, 0.5))
    torch.testing.assert_close(half, (picture + whole) / 2)


def test_the_first_keyframe_that_sees_a_point_tells_it_to_every_frame(scene: Painted) -> None:
    first, both = scene.view(FRAME, KEYFRAMES[:1]), scene.view(FRAME)
    seen_by_first = first.keyframe == 0
    assert np.array_equal(both.keyframe[seen_by_first], first.keyframe[seen_by_first])
    assert np.array_equal(both.position[seen_by_first], first.position[seen_by_first])
    assert (both.keyframe[~seen_by_first] == 1).any()


def test_a_keyframe_tells_itself_where_it_is(scene: Painted) -> None:
    view = scene.view(KEYFRAMES[0])
    row, column = np.nonzero(view.keyframe == 0)
    np.testing.assert_allclose(view.position[row, column], np.stack([column, row], -1) + 0.5, atol=0.01)


@pytest.mark.parametrize("margin", [0, 1, 3])
def test_nobody_is_asked_near_outlines_of_the_frame_or_the_keyframe(scene: Painted, margin: int) -> None:
    view = scene.view(FRAME, KEYFRAMES[:1], margin)
    frame, keyframe = (scene.surfaces.read(number)[1].seen.object_id for number in (FRAME, KEYFRAMES[0]))

    def shows_one_object(ids: np.ndarray, row: int, column: int) -> bool:
        square = ids[max(0, row - margin) : row + margin + 1, max(0, column - margin) : column + margin + 1]
        return bool((square == ids[row, column]).all())

    told = np.argwhere(view.keyframe == 0)
    for row, column in told[::7]:
        there_column, there_row = np.floor(view.position[row, column]).astype(int)
        assert margin <= there_row < 128 - margin and margin <= there_column < 128 - margin
        assert shows_one_object(frame, row, column) and shows_one_object(keyframe, there_row, there_column)
    assert len(told) > 1000
