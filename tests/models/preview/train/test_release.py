from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionControlNetPipeline

from models.loading import Checkpoint, load_checkpoint
from models.preview.train import release
from models.preview.train.networks import untrained
from models.preview.train.recipe import CPU, GPU, Recipe
from models.preview.train.release import write_checkpoint


@pytest.mark.parametrize("recipe", [CPU, GPU], ids=["cpu", "gpu"])
def test_a_release_is_small_files_that_load(recipe: Recipe, checkpoint: Checkpoint, tmp_path: Path) -> None:
    written = untrained(recipe, checkpoint.tokenizer, torch.device("cpu"))
    write_checkpoint(written, tmp_path / "tokenizer", tmp_path / "checkpoint")
    sizes = [file.stat().st_size for file in (tmp_path / "checkpoint").rglob("*") if file.is_file()]
    assert max(sizes) < 16e6
    assert sum(sizes) < 64e6
    loaded = load_checkpoint(tmp_path / "checkpoint")
    for name in ("unet", "controlnet", "vae", "text_encoder"):
        expected = getattr(written, name).state_dict()
        for key, tensor in getattr(loaded, name).state_dict().items():
            assert torch.equal(tensor, expected[key].half().float()), f"{name}.{key}"


def test_a_release_is_a_pipeline_of_diffusers_too(checkpoint: Checkpoint, tmp_path: Path) -> None:
    write_checkpoint(checkpoint, tmp_path / "tokenizer", tmp_path / "checkpoint")
    pipeline = StableDiffusionControlNetPipeline.from_pretrained(tmp_path / "checkpoint", local_files_only=True)
    config = pipeline.scheduler.config
    assert (config.prediction_type, config.timestep_spacing) == ("v_prediction", "trailing")
    assert pipeline.scheduler.alphas_cumprod[-1] == 0


def test_a_release_that_fails_leaves_the_earlier_one(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "checkpoint"
    write_checkpoint(checkpoint, tmp_path / "tokenizer", folder)
    monkeypatch.setattr(release, "save_text_encoder", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_checkpoint(replace(checkpoint, unet=checkpoint.unet.float()), tmp_path / "tokenizer", folder)
    assert load_checkpoint(folder).unet.config.block_out_channels
