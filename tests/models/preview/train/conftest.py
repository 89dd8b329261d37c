from __future__ import annotations

from pathlib import Path

import pytest
import torch

from models.loading import Checkpoint
from models.preview.train.corpus import render_pictures
from models.preview.train.examples import Examples
from models.preview.train.networks import untrained
from models.preview.train.recipe import TINY
from models.preview.train.vocabulary import make_tokenizer
from models.preview.world.captions import known_words

CPU = torch.device("cpu")


@pytest.fixture(scope="session")
def pictures() -> Examples:
    """A few rendered pictures of the tiny recipe. Not to be changed by a test."""
    return render_pictures(TINY, 4, torch.Generator().manual_seed(0), CPU)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    """The tiny recipe's networks, untrained; their tokenizer lies in `tmp_path / "tokenizer"`, as in a work folder."""
    return untrained(TINY, make_tokenizer(known_words(), tmp_path / "tokenizer"), CPU)
