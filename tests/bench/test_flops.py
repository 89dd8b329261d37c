from __future__ import annotations

import pytest

from engine.bench.flops import StepCost, count_step
from engine.bench.generate import CHUNK, MOST_OPERATIONS


def test_three_keyframes_cost_no_more_operations_than_aimed_for() -> None:
    cost = count_step(keyframes=3)
    assert cost.plain == pytest.approx(2 * (803.3e9 + 283.3e9), rel=0.01)  # UNet and ControlNet, twice with guidance
    for frames, most in MOST_OPERATIONS.items():
        assert 1 < cost.ratio(frames, CHUNK) <= most


def test_sharing_in_more_layers_or_with_all_tokens_costs_more() -> None:
    usual, layers, tokens = count_step(2), count_step(2, layers="all"), count_step(2, token_stride=1)
    assert layers.injection > usual.injection and tokens.injection > usual.injection


def test_keyframes_are_extracted_once_for_themselves_and_once_for_each_chunk() -> None:
    assert StepCost(plain=10, extraction=100, injection=12).per_frame(frames=50, chunk=20) == (50 * 12 + 4 * 100) / 50
