"""examples/render.py in a real Blender: settings and words, the capture in place, exit codes, an untouched file."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.addon.blenders import real_blender

ROOT = Path(__file__).resolve().parent.parent.parent
SCENE = ROOT / "examples" / "walker.blend"
AFTERWARDS = (
    "import bpy; print('AFTERWARDS', bpy.context.scene.render.resolution_x, hasattr(bpy.types.Scene, 'overpaint'))"
)
SMALL = ("--resolution", "64x64", "--clip", "1-2", "--frames", "2")

pytestmark = pytest.mark.blender


def render(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [real_blender()[0], "-b", SCENE, "--python-exit-code", "1", "-P", ROOT / "examples" / "render.py"]
    command += ["--python-expr", AFTERWARDS, "--", *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)


def engine_words(run: subprocess.CompletedProcess[str]) -> list[str]:
    line = next((line for line in run.stdout.splitlines() if line.startswith("engine ")), None)
    assert line, run.stdout + run.stderr
    return json.loads(line.removeprefix("engine "))["words"]


def test_a_scene_is_captured_and_painted_by_its_settings_and_the_words(fake_home: Path, tmp_path: Path) -> None:
    before = SCENE.read_bytes()
    run = render(*SMALL, "--seed", "7", "--out", tmp_path / "job")
    words = engine_words(run)
    assert run.returncode == 0
    assert words[3:4] == ["generate"] and words[-1] == str(tmp_path / "job" / "shot")
    assert {"--prompt=a rusty robot in a desert", "--seed=7", "--frames=2", "--movie"} <= set(words)
    assert (tmp_path / "job" / "shot" / "passes" / "0002.exr").is_file()
    assert SCENE.read_bytes() == before
    assert "AFTERWARDS 256 False" in run.stdout


def test_the_engines_exit_code_is_blenders(fake_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_ENGINE_EXIT", "75")
    run = render(*SMALL, "--out", tmp_path / "job")
    assert run.returncode == 75 and "AFTERWARDS" not in run.stdout


def test_nonsense_ends_with_2_before_anything_is_captured(fake_home: Path, tmp_path: Path) -> None:
    run = render("--guidance-scale", "-1", "--json", "--out", tmp_path / "job")
    assert run.returncode == 2 and "must not be negative" in run.stderr and "Traceback" not in run.stderr
    assert '"kind": "UsageError"' in run.stdout and not (tmp_path / "job").exists()


def test_without_an_engine_nothing_is_captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERPAINT_HOME", str(tmp_path / "empty"))
    run = render("--out", tmp_path / "job")
    assert run.returncode == 69 and "overpaint.py doctor" in run.stderr and not (tmp_path / "job").exists()
