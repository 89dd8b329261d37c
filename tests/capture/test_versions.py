"""The same scene from the wheel and from a real Blender gives the same shot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.blender import find_blender
from tests.addon.blenders import bpy_python, real_blender, run_script
from tests.capture.captured import INSIDE, capture_with

pytestmark = pytest.mark.blender


def test_two_blenders_give_the_same_shot(tmp_path: Path) -> None:
    wheel, blender = bpy_python(), real_blender()
    older = min(wheel, blender, key=lambda command: version_of(command[0]))
    run_script(older, INSIDE / "make_scenes.py", tmp_path)
    one = capture_with(wheel[0])(tmp_path / "actors.blend", tmp_path / "one", "--frames=4", "--clip=4")
    other = capture_with(blender[0])(tmp_path / "actors.blend", tmp_path / "other", "--frames=4", "--clip=4")
    assert [(item.key, item.name) for item in one.shot.objects] == [
        (item.key, item.name) for item in other.shot.objects
    ]
    mine, theirs = one.passes(4), other.passes(4)
    assert (mine.is_surface != theirs.is_surface).sum() == 0
    seen = mine.is_surface
    assert np.quantile(np.abs(mine.depth[seen] - theirs.depth[seen]), 0.999) < 1e-4
    assert np.quantile(np.abs(mine.uv[seen] - theirs.uv[seen]), 0.99) < 1e-4


def version_of(command: str) -> tuple[int, ...]:
    return tuple(map(int, find_blender(command).version.split(".")))
