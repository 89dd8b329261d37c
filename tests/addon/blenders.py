"""The Blenders that tests can use: the bpy wheel's Python and a real `blender`, whichever this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.home import overpaint_home


def bpy_python() -> list[str]:
    """The start of a command that runs a script in a Python with bpy; skips the test where there is none."""
    named = os.environ.get("OVERPAINT_TEST_BPY")
    inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    python = Path(named) if named else overpaint_home() / "bpy" / inside
    if not python.is_file():
        pytest.skip(f"needs the bpy wheel: there is no {python} (OVERPAINT_TEST_BPY names another Python)")
    return [str(python)]


def real_blender() -> list[str]:
    """The start of a command that runs a script in a Blender without a window; skips the test where there is none."""
    command = os.environ.get("OVERPAINT_TEST_BLENDER") or os.environ.get("OVERPAINT_BLENDER") or shutil.which("blender")
    if not command:
        pytest.skip("needs a Blender: there is none on PATH, in OVERPAINT_TEST_BLENDER or OVERPAINT_BLENDER")
    return [command, "-b", "--factory-startup", "--python-exit-code", "1", "-P"]


BLENDERS = {"bpy": bpy_python, "blender": real_blender}


def run_script(
    blender: Sequence[str], script: Path, *words: str | Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs a script, in either of the two, with `words` after `--`."""
    return subprocess.run(
        [*blender, str(script), "--", *map(str, words)],
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
