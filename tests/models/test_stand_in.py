from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import torch
from transformers import CLIPTokenizer

from models.fingerprint import fingerprint
from models.stand_in import make_stand_in

ROOT = Path(__file__).parents[2]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tiny_checkpoint: Path, tmp_path: Path) -> None:
    assert fingerprint(make_stand_in(tmp_path / "again")) == fingerprint(tiny_checkpoint)
    assert fingerprint(make_stand_in(tmp_path / "other", seed=1)) != fingerprint(tiny_checkpoint)


def test_making_it_leaves_the_random_generator_as_it_was(tmp_path: Path) -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    make_stand_in(tmp_path / "stand-in")
    assert torch.equal(torch.rand(3), expected)


def test_it_is_a_few_megabytes(tiny_checkpoint: Path) -> None:
    assert sum(file.stat().st_size for file in tiny_checkpoint.rglob("*") if file.is_file()) < 12e6


def test_its_tokenizer_keeps_common_words_whole_and_takes_any_text(tiny_checkpoint: Path) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(tiny_checkpoint / "tokenizer", local_files_only=True)
    assert tokenizer.tokenize("a robot in a desert") == ["a</w>", "robot</w>", "in</w>", "a</w>", "desert</w>"]
    assert tokenizer.decode(tokenizer("zwölf 猫", add_special_tokens=False).input_ids) == "zwölf 猫"


def test_it_can_be_made_from_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "models.stand_in", str(tmp_path / "made")]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=tmp_path)
    assert (tmp_path / "made" / "unet" / "diffusion_pytorch_model.safetensors").is_file()
