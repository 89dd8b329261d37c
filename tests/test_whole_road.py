"""From a .blend file to frames, by the launcher and by the script in Blender: the same pictures, byte for byte."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.addon.blenders import BLENDERS

ROOT = Path(__file__).resolve().parent.parent
LOOK = [
    *("--prompt", "a rusty robot in a desert", "--clip", "1-24", "--resolution", "128x128"),
    *("--model", "stand-in", "--steps", "2"),
]

OPEN_AND_RUN = """
import os, runpy, sys
import bpy
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
code = 0
try:
    runpy.run_path({script!r}, run_name="__main__")
except SystemExit as end:
    code = end.code
sys.stdout.flush()
os._exit(code or 0)
"""

pytestmark = pytest.mark.blender


def by_the_launcher(blender: list[str], scene: Path, words: list[str]) -> list[str]:
    return [sys.executable, "-m", "engine", "render", str(scene), *words]


def by_the_script(blender: list[str], scene: Path, words: list[str]) -> list[str]:
    script = str(ROOT / "examples" / "render.py")
    if len(blender) == 1:  # the wheel: a Python, which opens the file itself
        return [*blender, "-c", OPEN_AND_RUN.format(script=script), str(scene), "--", *words]
    return [blender[0], "-b", str(scene), "--python-exit-code", "1", "-P", script, "--", *words]


def frames_of(command: list[str], out: Path, variables: dict[str, str]) -> dict[str, str]:
    ended = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=280)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((out / "frames").iterdir())}


@pytest.mark.parametrize("blender", BLENDERS)
def test_both_ways_give_the_same_frames_and_leave_the_scene_alone(
    blender: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = BLENDERS[blender]()
    monkeypatch.setenv("OVERPAINT_BLENDER", command[0])
    scene = Path(shutil.copy(ROOT / "examples" / "walker.blend", tmp_path))
    before = scene.read_bytes()
    found = {}
    for way in (by_the_launcher, by_the_script):
        out = tmp_path / way.__name__
        found[way.__name__] = painted(way, command, scene, out)
    assert found["by_the_launcher"] == found["by_the_script"]
    assert list(found["by_the_script"]) == ["0003.png", "0009.png"]
    assert scene.read_bytes() == before


def painted(way: Callable, blender: list[str], scene: Path, out: Path) -> dict[str, str]:
    words = [*LOOK, "--frames", "3,9", "--out", str(out)]
    return frames_of(way(blender, scene, words), out, dict(os.environ))
