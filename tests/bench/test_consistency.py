"""The bench of the method's parts."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.bench import consistency
from engine.bench.consistency import COLUMNS, FLOOR, FLOOR_VAE, MATERIAL, ConsistencySettings, bench_consistency, table
from engine.bench.rolling_shot import make_rolling_shot
from engine.bench.variants import ABLATION, Scene
from engine.contract.frames import Clip
from models.preview.world.looks import MATERIALS


class SureJudge:
    """Finds brick everywhere, and insists on pictures as it knows them."""

    def materials(self, pictures: Tensor, is_object: Tensor) -> Tensor:
        assert pictures.dtype == torch.float32 and pictures.min() >= 0 and 0.01 < pictures.max() <= 1
        assert is_object.shape == (len(pictures), *pictures.shape[2:])
        return torch.full((len(pictures),), MATERIALS.index("red brick"))


def test_every_variant_and_the_floors_are_scored(
    tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consistency, "provide_judges", lambda *_: SureJudge())
    make_rolling_shot(tmp_path / "shot", Clip(1, 3), 64)
    monkeypatch.setattr(consistency, "_captured", lambda *_: tmp_path / "shot")
    scene = Scene("rolling", "a ball made of red brick", "red brick", ("Ball 1",))
    settings = ConsistencySettings(str(tiny_checkpoint), "1-3", 2, 1, (scene,), ABLATION[:2], True, tmp_path)
    rows = bench_consistency(settings, tmp_path, lambda line: None)
    assert [row.name for row in rows[:4]] == [ABLATION[0].name, ABLATION[1].name, FLOOR_VAE, FLOOR]
    assert [row.values.get(MATERIAL) for row in rows] == [1.0, 1.0, None, None]
    assert len(table(rows).splitlines()) == 6 and table(rows).splitlines()[0].count("|") == len(COLUMNS) + 2
