"""What is known beforehand of renders of a fixed texture, and of what is done to them."""

from collections.abc import Mapping

import numpy as np
import pytest

from engine.score.alarms import alarms_of
from engine.score.metric import Metric
from engine.score.sharpness import SHARPNESS_RATIOS, sharpness_ratio
from tests.score.conftest import NOISE_VARIANCE, value

Measured = Mapping[str, Mapping[str, Metric]]


def test_a_soft_texture_that_holds_still_scores_next_to_nothing(measured: Measured) -> None:
    assert value(measured["waves"], "uv_variance") < 3e-4
    assert value(measured["waves"], "uv_mse") < 4e-3, "the published figure for a rendered texture"
    for key in ("warp_error_1", "warp_error_10", "warp_error_first", "track_drift"):
        assert value(measured["waves"], key) < 0.003
    assert value(measured["waves"], "track_similarity") > 0.98
    assert value(measured["waves"], "motion_followed") > 0.98


@pytest.mark.parametrize(
    "key", ["uv_variance", "uv_mse", "warp_error_1", "warp_error_10", "warp_error_first", "track_drift"]
)
def test_an_independent_render_of_a_fixed_texture_scores_at_the_floor(measured: Measured, key: str) -> None:
    floor = value(measured["textured"], key)
    assert floor / 2.5 < value(measured["supersampled"], key) < 2.5 * floor, "of the same contrast, filtered as widely"
    assert value(measured["shuffled"], key) > 2 * 2.5 * floor


def test_an_independent_render_of_a_fixed_texture_raises_no_alarm(measured: Measured) -> None:
    assert alarms_of(measured["supersampled"]) == []


def test_noise_raises_the_uv_variance_by_its_own_variance(measured: Measured) -> None:
    raised = value(measured["noisy"], "uv_variance") - value(measured["textured"], "uv_variance")
    assert raised == pytest.approx(NOISE_VARIANCE, rel=0.05)


def test_noise_raises_the_error_of_pairs_by_twice_its_variance(measured: Measured) -> None:
    raised = value(measured["noisy"], "uv_mse") - value(measured["textured"], "uv_mse")
    assert raised == pytest.approx(2 * NOISE_VARIANCE, rel=0.05)


def test_the_values_of_frames_are_about_the_variance(measured: Measured) -> None:
    per_frame = [*measured["noisy"]["uv_variance"].per_frame.values()]
    assert np.mean(per_frame) == pytest.approx(value(measured["noisy"], "uv_variance"), rel=0.1)


@pytest.mark.parametrize("key", ["uv_variance", "uv_variance_p95", "uv_mse", "warp_error_1", "warp_error_first"])
def test_a_shuffled_video_scores_worst(measured: Measured, key: str) -> None:
    assert max(measured, key=lambda name: value(measured[name], key)) == "shuffled"


def test_over_ten_frames_only_a_frozen_video_may_be_worse_than_a_shuffled_one(measured: Measured) -> None:
    shuffled = value(measured["shuffled"], "warp_error_10")
    assert all(
        value(values, "warp_error_10") < shuffled
        for name, values in measured.items()
        if name not in ("shuffled", "frozen")  # which lags behind by all ten frames, shuffled ones by fewer
    )


def test_a_texture_stuck_to_the_screen_is_caught(measured: Measured) -> None:
    assert value(measured["stuck"], "sticking") > 10
    assert value(measured["stuck"], "sticking_screen") > 0.9
    assert value(measured["textured"], "sticking") < 0.3
    assert any("sticks to the screen" in sentence for sentence in alarms_of(measured["stuck"]))


def test_soft_detail_that_goes_with_its_surface_does_not_stick(measured: Measured) -> None:
    for name in ("blurred", "waves"):
        assert not any("sticks" in sentence for sentence in alarms_of(measured[name]))


def test_a_frozen_frame_is_caught(measured: Measured) -> None:
    assert value(measured["frozen"], "flicker") == 0, "it would win"
    assert value(measured["frozen"], "motion_followed") == 0
    assert value(measured["frozen"], "silhouette_iou") < 0.8 * value(measured["textured"], "silhouette_iou")
    assert any("does not move" in sentence for sentence in alarms_of(measured["frozen"]))


def test_a_blurred_video_is_caught(measured: Measured) -> None:
    assert value(measured["blurred"], "uv_variance") < value(measured["textured"], "uv_variance"), "it would win"
    assert value(measured["blurred"], "sharpness") < 0.01 * value(measured["textured"], "sharpness")
    assert value(measured["blurred"], "edge_alignment") < 1.2
    assert any("no edges" in sentence for sentence in alarms_of(measured["blurred"]))
    ratio = sharpness_ratio(
        SHARPNESS_RATIOS["floor"], measured["blurred"]["sharpness"], measured["textured"]["sharpness"]
    )
    assert any("blurred" in sentence for sentence in alarms_of({ratio.definition.key: ratio}))


def test_a_fixed_texture_raises_no_alarm_of_motion_or_edges(measured: Measured) -> None:
    said = alarms_of(measured["textured"])
    assert not said, said


def test_the_pattern_of_patches_is_kept_by_a_fixed_texture_only(measured: Measured) -> None:
    assert value(measured["textured"], "track_similarity") > 0.95
    assert value(measured["shuffled"], "track_similarity") < 0.6
    assert value(measured["noisy"], "track_drift") == pytest.approx(np.sqrt(2 * NOISE_VARIANCE), rel=0.2)
