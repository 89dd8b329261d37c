"""How Blender finds the engine, starts it, and lives with how it ends."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from engine.setup.environment import Environment

ROOT = Path(__file__).resolve().parent.parent.parent
RUN = """
import importlib, sys
from addon.checkout import load_checkout
client = importlib.import_module(load_checkout() + ".addon.engine_client")
sys.exit(client.run_engine(["generate"]))
"""


def report(lines: list[str]) -> dict:
    return json.loads(lines[0].removeprefix("engine "))


@pytest.mark.parametrize("exit_code", [0, 2, 65, 75])
def test_the_engine_ends_the_run_with_its_own_exit_code(
    exit_code: int, engine_client: ModuleType, fake_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_ENGINE_EXIT", str(exit_code))
    assert engine_client.run_engine(["generate"], on_line=lambda line: None) == exit_code


def test_words_arrive_as_they_were_said(engine_client: ModuleType, fake_home: Path) -> None:
    lines: list[str] = []
    engine_client.run_engine(["generate", '--prompt=a "rusty" robot', "shot folder"], lines.append)
    assert report(lines)["words"] == ["-P", "-m", "engine", "generate", '--prompt=a "rusty" robot', "shot folder"]


def test_variables_of_blenders_python_do_not_reach_the_engine(
    engine_client: ModuleType, fake_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONNOUSERSITE", "1")
    monkeypatch.setenv("PYTHONPATH", "/blender/modules")
    lines: list[str] = []
    engine_client.run_engine(["generate"], lines.append)
    variables = {name: text for name, text in report(lines)["variables"].items() if name.startswith("PYTHON")}
    assert variables == {"PYTHONPATH": str(ROOT)}


def test_sigterm_goes_on_to_the_engine(fake_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_ENGINE_WAITS", "1")
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as blender:
        assert blender.stdout and blender.stdout.readline().startswith("engine ")
        blender.send_signal(signal.SIGTERM)
        assert blender.wait(20) == 143


def test_an_engine_that_a_signal_ended_counts_as_in_a_shell(engine_client: ModuleType, fake_home: Path) -> None:
    (fake_home / "engine" / "bin" / "python").write_text("#!/bin/sh\nkill -9 $$\n")
    assert engine_client.run_engine(["generate"]) == 128 + signal.SIGKILL


def test_no_engine_says_what_to_run(engine_client: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERPAINT_HOME", str(tmp_path))
    with pytest.raises(engine_client.EngineMissing, match=r"not installed: there is no .*python") as missing:
        engine_client.find_engine()
    assert "overpaint.py doctor" in missing.value.hint and str(tmp_path) in missing.value.hint


def test_a_half_made_engine_is_not_taken_for_a_good_one(engine_client: ModuleType, fake_home: Path) -> None:
    (fake_home / "engine" / engine_client.FINISHED_MARK).unlink()
    with pytest.raises(engine_client.EngineMissing, match="not installed completely"):
        engine_client.find_engine()


def test_an_engine_that_does_not_start_is_named(engine_client: ModuleType, fake_home: Path) -> None:
    (fake_home / "engine" / "bin" / "python").write_text("#!/no/such/python\n")
    with pytest.raises(engine_client.EngineMissing, match="does not start"):
        engine_client.run_engine(["generate"])


def test_the_launcher_and_the_addon_mean_the_same_finished_environment(
    engine_client: ModuleType, fake_home: Path
) -> None:
    environment = Environment(fake_home / "engine")
    assert environment.stamp_file.name == engine_client.FINISHED_MARK
    assert environment.python == engine_client.find_engine()
