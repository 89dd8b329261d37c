"""Scripts in a file run only when somebody allows it; else what stands still is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contract.motion import read_motion
from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture, Captured

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def scripted(a_blender: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    scene = tmp_path_factory.mktemp("scripted") / "scripted.blend"
    made = run_script(a_blender, INSIDE / "make_scripted.py", scene)
    assert made.returncode == 0, made.stdout + made.stderr
    return scene


@pytest.fixture(scope="module")
def held_back(scripted: Path, capture: Capture) -> Captured:
    return capture(scripted, scripted.parent / "held_back")


def x(shot: Captured, name: str, frame: int) -> float:
    return float(read_motion(shot.folder, frame).places()[shot.named(name)[0].key][0])


def test_scripts_of_a_file_do_not_run_unless_asked(held_back: Captured) -> None:
    assert x(held_back, "Own", 2) == 0
    assert x(held_back, "Scripted", 2) == 0


def test_what_did_not_run_is_named_and_what_did_is_not(held_back: Captured) -> None:
    hint = "; no script of the file may, for safety: allow them with --enable-autoexec if you trust it"
    assert set(held_back.shot.warnings) >= {
        f"the script 'mover.py' did not run{hint}",
        f"the driver of location.x of 'Own' did not run{hint}",
    }
    assert not any("location.x of 'Simple'" in warning for warning in held_back.shot.warnings)
    assert x(held_back, "Simple", 2) == 1


def test_a_driver_that_some_blenders_find_harmless_is_named_only_where_it_did_not_run(held_back: Captured) -> None:
    motion = read_motion(held_back.folder, 2)
    height = motion.matrices[motion.keys.tolist().index(held_back.named("Simple")[0].key), 2, 2]
    named = any("scale.z of 'Simple'" in warning for warning in held_back.shot.warnings)
    assert height == (0 if named else 1)


def test_scripts_run_when_they_are_enabled(scripted: Path, held_back: Captured, capture: Capture) -> None:
    enabled = capture(scripted, held_back.folder, "--enable-autoexec")
    assert enabled.written == [1, 2]
    assert [x(enabled, "Own", frame) for frame in (1, 2)] == [2, 3]
    assert x(enabled, "Scripted", 2) == 3
    assert not any("did not run" in warning for warning in enabled.shot.warnings)
