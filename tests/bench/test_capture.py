"""The capture's bench measures what it says."""

from __future__ import annotations

import pytest

from engine.bench import capture as bench
from tests.addon.blenders import BLENDERS


def test_the_ratio_is_of_capture_to_plain_script() -> None:
    assert bench.Figures(capture=0.3, geometry=0.1, plain=0.2).ratio == pytest.approx(1.5)


def test_the_share_of_geometry_is_of_all_else() -> None:
    assert bench.Figures(capture=0.3, geometry=0.1, plain=0.2).geometry_share == pytest.approx(0.5)


@pytest.mark.blender
@pytest.mark.parametrize("blender", BLENDERS)
def test_both_are_timed_by_turns(blender: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERPAINT_BLENDER", BLENDERS[blender]()[0])
    monkeypatch.setattr(bench, "SIZE", 64)
    monkeypatch.setattr(bench, "FRAMES", 2)
    lines: list[str] = []
    figures = bench.bench_capture(lines.append, repetitions=1)
    assert 0 < figures.geometry < figures.capture < 10
    assert 0 < figures.plain < 10
    assert lines[-2].startswith("geometry and motion add ")
    assert lines[-1].startswith(f"ratio {figures.ratio:.2f} (aim: at most 1.15, ")
