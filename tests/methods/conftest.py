from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from models.loading import Checkpoint, load_checkpoint


@pytest.fixture(scope="session")
def checkpoint(tiny_checkpoint: Path) -> Checkpoint:
    return load_checkpoint(tiny_checkpoint)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """On networks this small, more threads wait for each other more than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
