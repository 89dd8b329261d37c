from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def damageable(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """A copy of the stand-in for the test to spoil."""
    return Path(shutil.copytree(tiny_checkpoint, tmp_path / "damageable"))
