"""What tests share: a stand-in checkpoint, a synthetic shot, and the Blenders of this machine."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as `python -m engine` does, before torch loads

import pytest

from models.stand_in import make_stand_in
from tests.synthetic_shot import make_shot


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the stand-in: Stable Diffusion 1.5 and ControlNet-depth with few, random weights."""
    folder = tmp_path_factory.mktemp("models") / "stand-in"
    make_stand_in(folder)
    return folder


@pytest.fixture(scope="session")
def example_shot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frames 1 to 4 of a ball that rolls over a ground, 64x64. Not to be changed by a test."""
    folder = tmp_path_factory.mktemp("shot")
    make_shot(folder)
    return folder
