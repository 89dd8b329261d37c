from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest

import overpaint
from engine import cli
from engine.contract.files import write_json
from engine.setup.environment import Environment, Stamp
from engine.setup.requirements import engine_requirements

FAKE_ENGINE = """
import os, sys, time
print("ready", *sys.argv[1:], os.environ["OVERPAINT_HOME"], flush=True)
if sys.argv[1] == "bench":
    time.sleep(60)
sys.exit(7)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose engine only says that it runs, with an environment that is whole already."""
    root = tmp_path / "checkout"
    shutil.copytree(overpaint.ROOT / "engine/setup", root / "engine/setup")
    shutil.copytree(overpaint.ROOT / "engine/contract", root / "engine/contract")
    for name in ("overpaint.py", "pyproject.toml", "engine/__init__.py", "engine/home.py", "engine/requirements.lock"):
        shutil.copy(overpaint.ROOT / name, root / name)
    (root / "engine/__main__.py").write_text(FAKE_ENGINE)
    environment = Environment(root / ".overpaint/engine")
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    fingerprints = {each.name: each.fingerprint for each in engine_requirements(with_tests=True)}
    write_json(environment.stamp_file, asdict(Stamp(fingerprints, os.path.realpath(sys.executable), [])))
    return root


def launch(checkout: Path, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, checkout / "overpaint.py", *arguments]
    without_home = {name: value for name, value in os.environ.items() if name != "OVERPAINT_HOME"}
    return subprocess.run(command, env=without_home, capture_output=True, text=True, check=False, **options)


def test_the_engine_gets_the_arguments_and_its_exit_code_is_passed_on(checkout):
    ran = launch(checkout, "generate", "a shot", "--seed", "1")
    assert ran.stdout == f"ready generate a shot --seed 1 {checkout / '.overpaint'}\n"
    assert ran.returncode == 7


def test_a_folder_named_engine_in_the_working_folder_is_not_ours(checkout, tmp_path):
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine/__init__.py").write_text("raise RuntimeError('not this one')")
    assert launch(checkout, "doctor", cwd=tmp_path).returncode == 7


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_a_signal_reaches_the_engine(checkout):
    environment = os.environ | {"OVERPAINT_HOME": str(checkout / ".overpaint"), "OVERPAINT_BLENDER": "any"}
    command = [sys.executable, checkout / "overpaint.py", "bench"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("ready")
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait() == -signal.SIGTERM
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_the_commands_and_installs_nothing(checkout, arguments):
    shutil.rmtree(checkout / ".overpaint")
    ran = launch(checkout, *arguments)
    assert ran.returncode == 0
    assert all(f"\n  {name} " in ran.stdout for name in overpaint.COMMANDS)
    assert not (checkout / ".overpaint").exists()


def test_the_launcher_and_the_engine_have_the_same_commands():
    assert list(overpaint.COMMANDS) == list(cli.COMMANDS)


def test_an_unknown_command_is_a_usage_error_and_installs_nothing(checkout):
    shutil.rmtree(checkout / ".overpaint")
    ran = launch(checkout, "rendr")
    assert ran.returncode == 2
    assert "no command 'rendr'" in ran.stderr
    assert not (checkout / ".overpaint").exists()


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14)])
def test_another_python_gets_one_sentence(monkeypatch, capsys, version):
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    assert overpaint.main(["render"]) == 69
    (line,) = capsys.readouterr().err.splitlines()
    assert f"this is Python {version[0]}.{version[1]}" in line


def test_an_old_python_can_read_the_launcher_far_enough_to_say_so():
    ast.parse((overpaint.ROOT / "overpaint.py").read_text(), feature_version=(3, 8))


def test_what_the_launcher_imports_needs_no_installed_package():
    program = (
        f"import sys; sys.path.insert(0, {str(overpaint.ROOT)!r}); import overpaint, engine.setup.environment;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['__main__', 'engine', 'overpaint']"


@pytest.mark.parametrize(
    ("arguments", "needed"), [(["render", "a.blend"], True), (["bench", "capture"], True), (["bench", "score"], False)]
)
def test_blender_is_prepared_only_for_what_starts_it(arguments, needed):
    assert overpaint.needs_blender(arguments) is needed
