"""Particles that start below frame 0."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture

pytestmark = pytest.mark.blender


def test_particles_do_not_depend_on_the_frames_that_are_asked(
    a_blender: list[str], capture: Capture, tmp_path: Path
) -> None:
    scene = tmp_path / "early.blend"
    made = run_script(a_blender, INSIDE / "make_early_particles.py", scene)
    assert made.returncode == 0, made.stdout + made.stderr
    alone = capture(scene, tmp_path / "alone", "--frames=4", "--clip=4")
    after_others = capture(scene, tmp_path / "after others", "--frames=-7,-3,0,2,4", "--clip=4")
    assert after_others.written == [-7, -3, 0, 2, 4]
    assert np.array_equal(alone.motion(4).matrices, after_others.motion(4).matrices)
