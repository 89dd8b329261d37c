"""The bench of painting: what sharing costs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.bench import generate
from engine.bench.rolling_shot import make_rolling_shot
from engine.contract.frames import Clip


def test_times_and_the_share_of_surfaces_are_told(
    tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "SHORT", 4)
    monkeypatch.setattr(generate, "FEW", 2)
    make_rolling_shot(tmp_path / "shot", Clip(1, 4), 64)
    words = [str(tmp_path / "shot"), "--prompt", "a ball", "--model", str(tiny_checkpoint), "--steps", "2"]
    lines: list[str] = []
    generate.measure_times([*words, "--out", str(tmp_path / "job")], lines.append)
    assert [line.split(":")[0].strip() for line in lines[1:4]] == [
        "diffusers' pipeline",
        "frame by frame",
        "with 3 keyframes",
    ]
    share = re.search(r": ([\d.]+)% of it", lines[4])
    assert share and 0 < float(share[1]) < 50
