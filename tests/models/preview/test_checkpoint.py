"""The trained checkpoint that comes with Overpaint."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.contract.job import Job, Settings
from engine.denoise.denoiser import Denoiser
from engine.methods.chunk import Chunk
from engine.methods.method import paint
from engine.methods.per_frame import PerFrame
from models.loading import Checkpoint, load_checkpoint
from models.preview.world.captions import known_words
from models.registry import resolve

MOST_BYTES, MOST_BYTES_OF_A_FILE = 64_000_000, 16_000_000
GOLD, JADE = "a ball made of gold on sand under a clear sky", "a ball made of green jade on sand under a clear sky"


def test_the_default_model_comes_with_overpaint_and_is_small(tmp_path: Path) -> None:
    files = [
        path for path in resolve(Job.model, tmp_path).rglob("*") if path.suffix in (".safetensors", ".json", ".txt")
    ]
    sizes = [path.stat().st_size for path in files]
    assert max(sizes) < MOST_BYTES_OF_A_FILE and sum(sizes) < MOST_BYTES


def test_it_has_the_layers_of_stable_diffusion_and_the_words_of_its_world(tmp_path: Path) -> None:
    checkpoint = load_checkpoint(resolve("preview", tmp_path))
    config = checkpoint.unet.config
    assert (len(config["block_out_channels"]), config["layers_per_block"]) == (4, 2)
    assert sum(name.endswith("attn1.processor") for name in checkpoint.unet.attn_processors) == 16
    assert checkpoint.known_words == frozenset(known_words())


def ball(checkpoint: Checkpoint, prompt: str) -> torch.Tensor:
    """The mean colour of the object, (3,)"""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 128), torch.linspace(-1, 1, 128), indexing="ij")
    is_ball = x**2 + y**2 < 0.3
    hint = torch.where(is_ball, 0.8 - 0.2 * (x**2 + y**2), (0.2 * y).clamp(min=0))
    noise = torch.randn(1, 4, 32, 32, generator=torch.Generator().manual_seed(0))
    denoiser = Denoiser(checkpoint, prompt, "", Settings(6, 2.5, scheduler="ddim"))
    (picture,) = paint(PerFrame(denoiser), Chunk((1,), hint.expand(1, 3, -1, -1), noise))
    return picture[is_ball].mean(0)


def test_a_ball_of_gold_is_yellow_and_one_of_jade_is_green(tmp_path: Path) -> None:
    checkpoint = load_checkpoint(resolve("preview", tmp_path))
    gold, jade = ball(checkpoint, GOLD), ball(checkpoint, JADE)
    assert gold[0] > gold[2] + 0.2 and gold[1] > gold[2] + 0.1
    assert jade[1] > jade[0] + 0.1
