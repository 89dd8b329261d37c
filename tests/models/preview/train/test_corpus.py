from __future__ import annotations

from pathlib import Path

import torch

from models.preview.train.corpus import held_out_pictures, read_shards, render_pictures, render_shards
from models.preview.train.journal import Journal
from models.preview.train.recipe import TINY
from models.preview.world.looks import is_held_out

CPU = torch.device("cpu")


def test_shards_are_rendered_once_and_only_the_missing_ones_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "log.jsonl")
    render_shards(TINY, tmp_path, journal)
    first, second = sorted(tmp_path.glob("*.safetensors"))
    kept, removed = first.stat().st_mtime_ns, second.read_bytes()
    second.unlink()
    render_shards(TINY, tmp_path, journal)
    assert first.stat().st_mtime_ns == kept
    assert second.read_bytes() == removed


def test_shards_hold_what_was_rendered(tmp_path: Path) -> None:
    render_shards(TINY, tmp_path, Journal(tmp_path / "log.jsonl"))
    pictures = read_shards(tmp_path, TINY.corpus, CPU)
    assert len(pictures) == TINY.corpus.pictures
    assert pictures.values.shape == (8, 3, TINY.size, TINY.size)
    assert not any(is_held_out(look) for look in pictures.looks)
    assert len({tuple(values.flatten().tolist()) for values in pictures.values}) == 8


def test_held_out_pictures_show_looks_that_are_never_trained_on() -> None:
    pictures = held_out_pictures(TINY, CPU)
    assert len(pictures) == TINY.corpus.held_out
    assert all(is_held_out(look) for look in pictures.looks)


def test_the_inverse_depth_is_black_in_the_sky_and_finite() -> None:
    pictures = render_pictures(TINY, 8, torch.Generator().manual_seed(0), CPU)
    assert pictures.inverse_depth.isfinite().all()
    assert 0 < (pictures.inverse_depth == 0).float().mean() < 0.5
