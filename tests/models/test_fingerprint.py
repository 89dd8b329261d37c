from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.contract.errors import WeightsMissing
from models.fingerprint import fingerprint
from models.sources import find_sources


def test_it_depends_neither_on_place_nor_on_time(tiny_checkpoint: Path, damageable: Path) -> None:
    for file in damageable.rglob("*"):
        os.utime(file, (0, 0))
    assert fingerprint(damageable) == fingerprint(tiny_checkpoint)


@pytest.mark.parametrize(
    "name",
    [
        "unet/diffusion_pytorch_model.safetensors",
        "controlnet/diffusion_pytorch_model.safetensors",
        "vae/config.json",
        "scheduler/scheduler_config.json",
        "tokenizer/merges.txt",
    ],
)
def test_one_changed_byte_changes_it(damageable: Path, name: str) -> None:
    before = fingerprint(damageable)
    content = bytearray((damageable / name).read_bytes())
    content[-2] ^= 1
    (damageable / name).write_bytes(content)
    assert fingerprint(damageable) != before


def test_files_that_are_never_loaded_do_not_count(tiny_checkpoint: Path, damageable: Path) -> None:
    (damageable / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"pickle")
    (damageable / "v1-5-pruned.safetensors").write_bytes(b"everything once more")
    assert fingerprint(damageable) == fingerprint(tiny_checkpoint)


def test_the_found_sources_of_a_folder_are_the_folder(tiny_checkpoint: Path) -> None:
    assert fingerprint(*find_sources(tiny_checkpoint).paths) == fingerprint(tiny_checkpoint)


def test_another_controlnet_counts(tiny_checkpoint: Path, damageable: Path) -> None:
    shutil.copy(damageable / "vae" / "config.json", damageable / "controlnet" / "config.json")
    other = damageable / "controlnet"
    assert fingerprint(*find_sources(tiny_checkpoint, other).paths) != fingerprint(tiny_checkpoint)


def test_an_absent_file_has_none(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"absent\.safetensors"):
        fingerprint(tmp_path / "absent.safetensors")
