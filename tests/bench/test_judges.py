"""The judges learn, are kept, and are made anew when what they learnt from changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.bench import judges as module
from engine.bench.exhibits import render_exhibits
from engine.bench.judges import JudgeSettings, provide_judges, train_judges
from models.preview.world.looks import Look

SETTINGS = JudgeSettings(
    size=32, pictures=40, classifier_steps=60, classifier_crop=24, segmenter_steps=40, batch=16, segmenter_batch=8
)


def ignore(line: str) -> None:
    pass


def test_the_same_seed_renders_the_same_pictures_in_the_looks_order() -> None:
    looks = [Look("ball", "gold", "sand", "sunset"), Look("cube", "snow", "grass", "fog")]
    both, first = render_exhibits(looks, 16, seed=3), render_exhibits(looks[:1], 16, seed=3)
    assert torch.equal(both.pictures[:1], first.pictures)
    assert not torch.equal(both.pictures, render_exhibits(looks, 16, seed=4).pictures)
    assert both.hints.shape == both.pictures.shape == (2, 3, 16, 16)
    assert both.is_object.any(dim=(1, 2)).all()


def test_judges_know_what_they_were_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [
        Look(shape, material, "sand", "clear blue")
        for shape in ("ball", "cube")
        for material in ("gold", "snow", "lava", "denim")
    ]
    monkeypatch.setattr(module, "_looks", lambda settings: iter(looks * 5))
    judges, shown = train_judges(SETTINGS, ignore), render_exhibits(looks * 5, 32, SETTINGS.seed)
    assert (judges.materials(shown.pictures, shown.is_object) == shown.materials).float().mean() > 0.8
    assert (judges.objects(shown.pictures) == shown.is_object).float().mean() > 0.8


def test_judges_are_kept_until_their_settings_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[JudgeSettings] = []

    def train(settings: JudgeSettings, on_line: object) -> module.Judges:
        trained.append(settings)
        return module.Judges().eval()

    monkeypatch.setattr(module, "train_judges", train)
    first, again = (provide_judges(tmp_path, SETTINGS, ignore) for _ in range(2))
    provide_judges(tmp_path, replace(SETTINGS, seed=1), ignore)
    assert [settings.seed for settings in trained] == [0, 1]
    pictures = torch.rand(1, 3, 32, 32)
    assert torch.equal(first.objects(pictures), again.objects(pictures))
    assert not again.training
