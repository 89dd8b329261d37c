"""What a shot says of its frames: across cuts, within the budget of texels, and which patches are followed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.contract.shot import Shot, read_shot
from engine.score import surface_texels
from engine.score.patches import SIDE, choose_patches
from engine.score.surface_texels import TexelStore
from engine.score.view import ShotWalk
from engine.surface.shot_surfaces import ShotSurfaces, TexelAtlas, take_starts
from engine.surface.tracks import track_points
from tests.score.conftest import FRAMES, views_of


@pytest.fixture
def cut_shot(rolling: Path) -> Shot:
    """Another camera from the third frame on."""
    shot = read_shot(rolling)
    second = {
        number: replace(frame, camera=replace(frame.camera, name="Second"))
        for number, frame in shot.frames.items()
        if number >= FRAMES[2]
    }
    return replace(shot, frames={**shot.frames, **second})


def test_nothing_is_compared_across_a_cut(rolling: Path, cut_shot: Shot) -> None:
    _, before, after, last = views_of(rolling, FRAMES[:4], cut_shot)
    assert before.previous == FRAMES[0]
    assert (after.previous, after.warps, after.texel_pairs, after.still) == (None, {}, [], None)
    assert {lag: warp.frame for lag, warp in last.warps.items()} == {"1": FRAMES[2], "first": FRAMES[2]}


def test_patches_end_at_a_cut_and_frames_are_forgotten(rolling: Path, cut_shot: Shot) -> None:
    surfaces = ShotSurfaces(rolling, cut_shot)
    texels = TexelStore(surfaces)
    walk = ShotWalk(surfaces, FRAMES[:4], texels)
    for view in walk.views(choose_patches(surfaces, FRAMES[:4], 8, texels.atlas)):
        assert {item.query_frame >= FRAMES[2] for item in view.patches} == {view.frame >= FRAMES[2]}
    assert walk.remembered(FRAMES[3]) == {*FRAMES[:4]}


def test_a_missing_frame_hides_no_cut(cut_shot: Shot) -> None:
    first, second, third, fourth = FRAMES[:4]
    back = replace(cut_shot.frames[fourth], camera=cut_shot.frames[first].camera)
    shot = replace(cut_shot, frames={**cut_shot.frames, fourth: back})
    assert take_starts(shot, (first, second, fourth)) == {first: first, second: first, fourth: fourth}
    assert take_starts(shot, (first, third)) == {first: first, third: third}


def test_all_objects_of_the_shot_share_the_budget_of_texels(rolling: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surface_texels, "TEXEL_BUDGET", 60_000)
    surfaces = ShotSurfaces(rolling, read_shot(rolling))
    atlas = TexelStore(surfaces).atlas
    posed = surfaces.read(FRAMES[0])[1].objects.values()
    assert sum(len(atlas.of(one)) for one in posed) == pytest.approx(60_000, rel=0.02)
    assert atlas.smallest == atlas.resolution < 600


@pytest.mark.parametrize("count", [1, 13])
def test_patches_lie_around_the_points_that_are_tracked(rolling: Path, count: int) -> None:
    shot = read_shot(rolling)
    found = choose_patches(ShotSurfaces(rolling, shot), FRAMES, count, TexelAtlas())
    centres = np.concatenate([item.points.position.reshape(-1, SIDE**2, 2)[:, SIDE**2 // 2] for item in found])
    np.testing.assert_allclose(centres, track_points(rolling, shot, count).query_points[:, :0:-1], atol=1e-3)
