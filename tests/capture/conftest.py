"""Scenes made by Blender, and shots captured from them once for many tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.addon.blenders import bpy_python, real_blender, run_script
from tests.capture.captured import INSIDE, Capture, Captured, capture_with


@pytest.fixture(scope="session")
def a_blender() -> list[str]:
    """The start of a command: the wheel's Python, else a real Blender."""
    try:
        return bpy_python()
    except pytest.skip.Exception:
        return real_blender()


@pytest.fixture(scope="session")
def scenes(a_blender: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the scenes of inside/make_scenes.py. Not to be changed by a test."""
    folder = tmp_path_factory.mktemp("scenes")
    made = run_script(a_blender, INSIDE / "make_scenes.py", folder)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


@pytest.fixture(scope="session")
def crowds(a_blender: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the scenes of inside/make_crowds.py. Not to be changed by a test."""
    folder = tmp_path_factory.mktemp("crowds")
    made = run_script(a_blender, INSIDE / "make_crowds.py", folder)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


@pytest.fixture(scope="session")
def capture(a_blender: list[str]) -> Capture:
    """capture(scene_file, folder, *words) as the command does it: in a Blender of its own."""
    return capture_with(a_blender[0])


@pytest.fixture(scope="session")
def truth(scenes: Path, capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    return capture(scenes / "truth.blend", tmp_path_factory.mktemp("truth"))


@pytest.fixture(scope="session")
def actors(scenes: Path, capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    return capture(scenes / "actors.blend", tmp_path_factory.mktemp("actors"))
