from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL

from models.loading import load_checkpoint
from models.networks import load_network
from models.preview.train.recipe import TINY
from models.preview.train.session import Session

ROOT = Path(__file__).parents[4]
CPU = torch.device("cpu")
HASTY = """
import sys
from dataclasses import replace
from pathlib import Path
import torch
from models.preview.train.loop import Intervals
from models.preview.train.recipe import TINY
from models.preview.train.session import Session
recipe = replace(TINY, denoiser=replace(TINY.denoiser, minutes=10))
Session(recipe, Path(sys.argv[1]), torch.device("cpu"), intervals=Intervals(saving=0.1, review=0.1)).run()
"""


def stages(work: Path) -> list[str]:
    return [json.loads(line)["stage"] for line in (work / "log.jsonl").read_text().splitlines()]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work folder of a finished tiny training. Not to be changed by a test."""
    work = tmp_path_factory.mktemp("work")
    Session(TINY, work, CPU).run()
    return work


def test_a_training_goes_from_nothing_to_a_checkpoint(trained: Path) -> None:
    assert list(dict.fromkeys(stages(trained))) == ["corpus", "vae", "denoiser", "decoder"]
    checkpoint = load_checkpoint(trained / "checkpoint")
    assert checkpoint.known_words
    assert checkpoint.vae.config.scaling_factor == 1


def test_a_finished_training_does_nothing_more(trained: Path) -> None:
    before = stages(trained)
    assert Session(TINY, trained, CPU).run() == trained / "checkpoint"
    assert stages(trained) == before


def test_the_published_decoder_is_the_one_trained_last_and_latents_stay(trained: Path) -> None:
    published = load_checkpoint(trained / "checkpoint").vae
    first = load_network(AutoencoderKL, trained / "vae")
    last = torch.load(trained / "decoder.state", weights_only=True)["training"]["vae"]
    for name, weights in published.state_dict().items():
        assert torch.equal(weights.half(), last[name].half()), name
    assert torch.equal(first.encoder.conv_in.weight.half(), published.encoder.conv_in.weight.half())
    assert not torch.equal(first.decoder.conv_in.weight.half(), published.decoder.conv_in.weight.half())


def test_a_checkpoint_can_be_trained_further_with_its_own_vae(trained: Path, tmp_path: Path) -> None:
    Session(TINY, tmp_path, CPU, start_from=trained / "checkpoint").run()
    assert not {"vae", "decoder"} & set(stages(tmp_path))
    earlier, later = (load_checkpoint(work / "checkpoint") for work in (trained, tmp_path))
    assert torch.equal(earlier.vae.decoder.conv_in.weight, later.vae.decoder.conv_in.weight)
    assert not torch.equal(earlier.unet.conv_in.weight, later.unet.conv_in.weight)


def test_a_killed_training_leaves_a_checkpoint_and_continues(trained: Path, tmp_path: Path) -> None:
    for name in ("corpus", "tokenizer", "vae"):
        shutil.copytree(trained / name, tmp_path / name)
    process = subprocess.Popen([sys.executable, "-c", HASTY, str(tmp_path)], cwd=ROOT)
    while not ((tmp_path / "checkpoint").exists() and (tmp_path / "denoiser.state").exists()):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    load_checkpoint(tmp_path / "checkpoint")
    state = torch.load(tmp_path / "denoiser.state", weights_only=True)
    denoiser = replace(TINY.denoiser, minutes=(state["progress"]["seconds"] + 0.5) / 60)
    Session(replace(TINY, denoiser=denoiser), tmp_path, CPU).run()
    assert torch.load(tmp_path / "denoiser.state", weights_only=True)["progress"]["step"] > state["progress"]["step"]
