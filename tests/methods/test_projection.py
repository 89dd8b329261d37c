"""Keyframes' pictures on the surfaces of other frames, in a shot whose textures are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.bench.rolling_shot import make_rolling_shot
from engine.contract.frames import Clip
from engine.contract.job import SurfaceSettings
from engine.methods.projection import carry_outwards, project
from engine.score.filters import widened
from engine.score.known_texture import KnownTexture
from engine.surface.inset import inset
from engine.surface.keyframe_views import KeyframeView, KeyframeViews
from engine.surface.object_ids import BACKGROUND
from engine.surface.shot_surfaces import ShotSurfaces, TexelAtlas

KEYFRAMES, FRAME, STRIDE = (2, 9), 5, 4
TEXTURE_ALONE = SurfaceSettings(own_light=0)
NOTHING = np.zeros((1, 0), np.float32)
UNTOLD = KeyframeView(NOTHING, NOTHING, 2, NOTHING, NOTHING, NOTHING)


class Painted:
    """A shot with a fixed texture on every surface."""

    def __init__(self, folder: Path) -> None:
        self.shot = make_rolling_shot(folder, Clip(1, 10), 128)
        self.surfaces = ShotSurfaces(folder, self.shot)
        self.texture = KnownTexture(self.shot)
        self.atlas = TexelAtlas()

    def picture(self, frame: int) -> Tensor:
        return torch.from_numpy(self.texture.paint(self.surfaces.read(frame)[0]).rgb)

    def pictures(self) -> Tensor:
        return torch.stack([self.picture(frame) for frame in KEYFRAMES])

    def view(self, frame: int, keyframes: tuple[int, ...] = KEYFRAMES) -> KeyframeView:
        read = [self.surfaces.read(other)[1] for other in keyframes]
        return KeyframeViews(read, self.atlas.of, STRIDE).of(self.surfaces.read(frame)[1])


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Painted:
    return Painted(tmp_path_factory.mktemp("scene") / "shot")


def is_told(view: KeyframeView) -> np.ndarray:
    told = np.zeros(view.object_id.shape, bool)
    told.ravel()[view.told] = True
    return told


def test_a_fixed_texture_lands_where_it_belongs(scene: Painted) -> None:
    view, expected, keyframes = scene.view(FRAME), scene.picture(FRAME), scene.pictures()
    result = project(torch.full_like(expected, 0.5), keyframes, view, TEXTURE_ALONE)
    inside = torch.from_numpy(is_told(view) & view.is_inside)
    error, unrelated = ((other - expected).abs().mean(-1)[inside].mean() for other in (result, keyframes[0]))
    assert inside.float().mean() > 0.4
    assert error < 0.2 * unrelated


def test_surfaces_hold_their_look_up_to_their_outlines(scene: Painted) -> None:
    view, keyframes = scene.view(FRAME), torch.full((2, 128, 128, 3), 0.2)
    result = project(torch.ones(128, 128, 3), keyframes, view, TEXTURE_ALONE)
    untold_surface = (view.object_id != BACKGROUND) & ~is_told(view)
    near_outline = (view.inset == 1) & is_told(view) & ~widened(untold_surface, 2 * view.margin)
    assert near_outline.any()
    torch.testing.assert_close(result[torch.from_numpy(near_outline)], keyframes[0][torch.from_numpy(near_outline)])


def test_what_no_keyframe_sees_stays_as_it_is(scene: Painted) -> None:
    view, picture = scene.view(FRAME), torch.rand(128, 128, 3)
    far = torch.from_numpy(~is_told(view) & ~view.is_outline)
    assert far.any() and torch.equal(project(picture, scene.pictures(), view, SurfaceSettings())[far], picture[far])


def test_without_projection_a_picture_stays_as_it_is(scene: Painted) -> None:
    picture = torch.rand(128, 128, 3)
    assert project(picture, scene.pictures(), scene.view(FRAME), SurfaceSettings(projection=0)) is picture


def test_half_the_strength_is_halfway(scene: Painted) -> None:
    view, picture, settings = scene.view(FRAME), torch.rand(128, 128, 3), SurfaceSettings()
    whole, half = (
        project(picture, scene.pictures(), view, replace(settings, projection=strength)) for strength in (1.0, 0.5)
    )
    torch.testing.assert_close(half, (picture + whole) / 2)


def test_a_frame_keeps_its_own_light(scene: Painted) -> None:
    """A picture that is darker all over stays so, with the texture of the keyframes."""
    view, keyframes = scene.view(FRAME), scene.pictures() * 0.5 + 0.25
    lit = project(torch.zeros(128, 128, 3), keyframes, view, TEXTURE_ALONE)
    darker = (lit - 0.2).contiguous()
    inside = torch.from_numpy(is_told(view) & view.is_inside)
    shaded = project(darker, keyframes, view, SurfaceSettings(own_light=1))
    assert (shaded - darker).abs()[inside].mean() < 0.02
    half = project(darker, keyframes, view, SurfaceSettings(own_light=0.5))
    assert (half - darker)[inside].mean().item() == pytest.approx(0.1, abs=0.02)


def test_a_point_is_told_the_same_in_every_frame(scene: Painted) -> None:
    """Whichever frame shows it: the weights of a keyframe's own points are those of the keyframe."""
    alone, both = scene.view(FRAME, KEYFRAMES[:1]), scene.view(FRAME)
    seen_by_first = np.isin(both.told, alone.told)
    assert (both.weight[0, seen_by_first] > 0).all() and (both.weight[0, ~seen_by_first] == 0).all()
    assert np.array_equal(both.position[0, seen_by_first], alone.position[0])
    np.testing.assert_allclose(both.weight.sum(axis=0), 1, atol=1e-6)
    assert (alone.weight == 1).all() and seen_by_first.any() and (~seen_by_first).any()


def test_the_first_keyframe_says_most_of_what_it_sees_well(scene: Painted) -> None:
    view = scene.view(KEYFRAMES[0])
    row, column = np.divmod(view.told, 128)
    np.testing.assert_allclose(view.position[0], np.stack([column, row], -1) + 0.5, atol=0.01)
    middle = (view.inset.ravel()[view.told] >= view.margin) & (abs(row - 64) < 32) & (abs(column - 64) < 32)
    outline = view.is_outline.ravel()[view.told]
    assert view.weight[0, outline].mean() < 0.8 < view.weight[0, middle].mean()


def test_colours_are_carried_from_within_to_the_outline() -> None:
    object_id = np.repeat([[1] * 10 + [2] + [3] * 9], 16, axis=0)
    view = replace(UNTOLD, object_id=object_id, inset=inset(object_id, 2))
    of_the_object = torch.from_numpy(object_id / 3)
    painted = torch.where(torch.from_numpy(view.is_inside), of_the_object, 0.5)
    carried = carry_outwards(painted[..., None].repeat(1, 1, 3), view)
    thin = torch.from_numpy(object_id == 2)
    assert torch.equal(carried[~thin][:, 0], of_the_object[~thin])
    assert (carried[thin] == 0.5).all()
