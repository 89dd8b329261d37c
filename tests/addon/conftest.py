"""An engine that only says what it was told, and add-on modules that need no Blender."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from addon.checkout import load_checkout

FAKE_ENGINE = f"""#!{sys.executable}
import json, os, signal, sys, time

print("engine", json.dumps({{"words": sys.argv[1:], "variables": dict(os.environ)}}), flush=True)
if os.environ.get("FAKE_ENGINE_WAITS"):
    signal.signal(signal.SIGTERM, lambda number, stack: sys.exit(143))
    time.sleep(60)
sys.exit(int(os.environ.get("FAKE_ENGINE_EXIT", "0")))
"""


@pytest.fixture
def engine_client() -> ModuleType:
    return importlib.import_module(f"{load_checkout()}.addon.engine_client")


@pytest.fixture
def fake_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An $OVERPAINT_HOME whose engine prints its words and variables, then ends with $FAKE_ENGINE_EXIT."""
    if sys.platform == "win32":
        pytest.skip("the fake engine is a script with a first line that Windows does not read")
    python = tmp_path / "home" / "engine" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(FAKE_ENGINE)
    python.chmod(0o755)
    (python.parent.parent / "overpaint.json").write_text("{}")
    monkeypatch.setenv("OVERPAINT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
