"""What cannot be captured is said in one sentence, with what to do and the exit code of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contract.errors import OutputUnwritable, OverpaintError
from engine.contract.shot import SHOT_FILE, require_frames
from tests.addon.blenders import bpy_python
from tests.capture.captured import Capture, Captured, capture_with

pytestmark = pytest.mark.blender


def test_a_size_that_cannot_be_painted_is_refused_with_the_nearest_that_can(
    scenes: Path, capture: Capture, tmp_path: Path
) -> None:
    error = error_of(capture, scenes / "odd_size.blend", tmp_path / "shot")
    assert error.hint == "use --resolution 48x96"
    assert capture(scenes / "odd_size.blend", tmp_path / "shot", "--resolution=48x96", "--frames=1").shot.width == 48


def error_of(capture: Capture, scene: Path, folder: Path, *words: str) -> OverpaintError:
    with pytest.raises(OverpaintError) as caught:
        capture(scene, folder, *words)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("scene", "words", "exit_code", "message"),
    [
        ("no_such", [], 65, "there is no file .*no_such.blend"),
        ("no_camera", [], 65, "the scene 'Scene' has no camera"),
        ("panoramic", [], 65, "the camera 'Camera' is of the type pano"),
        ("looks_away", [], 65, "no mesh is in view of the camera in any of the frames"),
        ("stereo", [], 65, "the scene 'Scene' renders in stereo"),
        ("odd_size", [], 2, "the size 50x96 is not a multiple of 8 both ways"),
        ("truth", ["--frames=2-5"], 2, "the frames 4-5 are outside the scene's range 1-3"),
        ("truth", ["--clip=0-3"], 2, "the frames 0 are outside the scene's range 1-3"),
        ("truth", ["--scene=Other"], 2, "there is no scene called 'Other'"),
        ("truth", ["--view-layer=Other"], 2, "there is no view layer called 'Other'"),
        ("truth", ["--camera=Other"], 2, "there is no camera called 'Other'"),
        ("truth", ["--pass-scale=2"], 2, "pass_scale: expected an odd number, got 2"),
    ],
)
def test_the_error_says_what_is_wrong(
    scenes: Path, capture: Capture, tmp_path: Path, scene: str, words: list[str], exit_code: int, message: str
) -> None:
    error = error_of(capture, scenes / f"{scene}.blend", tmp_path / "shot", *words)
    assert re.fullmatch(message, error.message)
    assert error.exit_code == exit_code


@pytest.mark.parametrize("content", [b"", b"hello", b"BLENDER-v405REND"])
def test_a_file_that_is_no_blend_file_is_named(capture: Capture, tmp_path: Path, content: bytes) -> None:
    scene = tmp_path / "scene.blend"
    scene.write_bytes(content)
    error = error_of(capture, scene, tmp_path / "shot")
    assert error.exit_code == 65
    assert str(scene) in error.message


def test_a_file_of_a_newer_blender_is_refused(scenes: Path, capture: Capture, tmp_path: Path) -> None:
    content = (scenes / "truth.blend").read_bytes()
    version = re.match(rb"BLENDER.{1,5}v\d*?(\d{3})", content)
    assert version
    newer = tmp_path / "newer.blend"
    newer.write_bytes(content[: version.start(1)] + b"999" + content[version.end(1) :])
    error = error_of(capture, newer, tmp_path / "shot")
    assert error.exit_code == 65
    assert "newer.blend" in error.message
    assert "newer" in error.hint or "as new" in error.hint


def test_an_output_folder_that_is_a_file_is_named(scenes: Path, capture: Capture, tmp_path: Path) -> None:
    (tmp_path / "shot").write_text("in the way")
    error = error_of(capture, scenes / "truth.blend", tmp_path / "shot")
    assert error.exit_code == 65
    assert str(tmp_path / "shot") in error.message


@pytest.fixture
def small_files_only() -> Iterator[None]:
    """A limit on the size of files, which writers meet as they meet a full disk."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files_only")
def test_a_frame_that_the_disk_has_no_room_for_is_no_frame(scenes: Path, tmp_path: Path) -> None:
    error = error_of(capture_with(bpy_python()[0]), scenes / "truth.blend", tmp_path / "shot")
    assert isinstance(error, OutputUnwritable)
    assert "0001.exr" in error.message
    assert list((tmp_path / "shot" / "passes").iterdir()) == []


def test_what_was_captured_survives_a_mistake(scenes: Path, capture: Capture, truth: Captured) -> None:
    before = (truth.folder / SHOT_FILE).read_bytes()
    error_of(capture, scenes / "truth.blend", truth.folder, "--camera=Other")
    assert (truth.folder / SHOT_FILE).read_bytes() == before
    require_frames(truth.folder, truth.shot, (1, 2, 3))


def test_what_a_shot_cannot_hold_is_named(scenes: Path, capture: Capture, tmp_path: Path) -> None:
    captured = capture(scenes / "oddities.blend", tmp_path / "shot")
    warnings = "\n".join(captured.shot.warnings)
    for name in ("Holdout", "Catcher", "Hairy", "Smoke", "Points", "Edges"):
        assert f"'{name}'" in warnings
    assert {item.name for item in captured.shot.objects} == {"Holdout", "Catcher", "Hairy"}
    passes, rays = captured.passes(1), captured.rays(1)
    assert (passes.object_id != rays.object_id).sum() <= 2
