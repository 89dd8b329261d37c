from __future__ import annotations

from engine.contract.job import SurfaceSettings
from engine.methods.surface_strength import SurfaceStrength

ALL_ON = SurfaceSettings(post_attention=0.8, post_attention_fade=0.5, normalisation=0.6, x0_sync=0.4)


def test_alpha_holds_and_then_fades() -> None:
    alphas = [SurfaceStrength.at(share, ALL_ON).alpha for share in (0, 0.5, 0.8, 0.9, 1 - 1e-9)]
    assert [round(alpha, 6) for alpha in alphas] == [0.8, 0.8, 0.8, 0.6, 0.4]


def test_predicted_pictures_are_corrected_in_the_first_half_only() -> None:
    early, late = (SurfaceStrength.at(share, ALL_ON) for share in (0.25, 0.5))
    assert (early.normalisation, early.x0_sync) == (0.3, 0.4) and early.corrects_x_0
    assert not late.corrects_x_0 and late.shares_features


def test_nothing_is_shared_once_the_share_of_steps_is_over() -> None:
    strength = SurfaceStrength.at(0.5, SurfaceSettings(until=0.5))
    assert not strength.shares_features and not strength.corrects_x_0


def test_each_part_is_off_alone() -> None:
    no_post = SurfaceStrength.at(0, SurfaceSettings(post_attention=0))
    no_pre = SurfaceStrength.at(0, SurfaceSettings(pre_attention=False))
    neither = SurfaceStrength.at(0, SurfaceSettings(pre_attention=False, post_attention=0))
    assert no_post.pre_attention and no_post.alpha == 0
    assert not no_pre.pre_attention and no_pre.alpha > 0
    assert not neither.shares_features
