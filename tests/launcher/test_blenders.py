from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from engine.contract.errors import BlenderMissing
from engine.setup import blenders, environment
from engine.setup.blenders import blender_is_installed, bpy_interpreter
from engine.setup.environment import prepare_blender

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Blender is a shell script")


@pytest.fixture
def blender(tmp_path, monkeypatch):
    """Puts a `blender` of some version on an otherwise empty PATH; it notes that it was started."""
    monkeypatch.delenv("OVERPAINT_BLENDER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(version: str) -> Path:
        command = tmp_path / "blender"
        command.write_text(f"#!/bin/sh\necho started >> {tmp_path}/starts\necho Blender {version}\n")
        command.chmod(0o755)
        return command

    return install


def test_a_blender_on_the_path_is_found_and_started_once(tmp_path, blender):
    blender("4.3.2")
    assert blender_is_installed(tmp_path)
    assert blender_is_installed(tmp_path)
    assert (tmp_path / "starts").read_text().split() == ["started"]


def test_a_blender_that_is_too_old_is_none(tmp_path, blender):
    blender("3.4.1")
    assert not blender_is_installed(tmp_path)


def test_a_blender_that_was_updated_is_asked_again(tmp_path, blender):
    os.utime(blender("3.4.1"), ns=(1, 1))
    assert not blender_is_installed(tmp_path)
    blender("5.0.0")
    assert blender_is_installed(tmp_path)


def test_the_module_is_not_installed_where_there_is_a_blender(tmp_path, blender, monkeypatch):
    monkeypatch.setattr(environment, "prepare", lambda *_: pytest.fail("installed"))
    blender("4.2.0")
    prepare_blender(tmp_path)


def test_the_module_is_made_by_the_python_that_runs_when_it_fits(monkeypatch):
    for version in ((3, 11), (3, 13)):
        monkeypatch.setattr(sys, "version_info", version)
        assert bpy_interpreter() == Path(sys.executable)


def test_python_312_asks_another_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 12))
    monkeypatch.setattr(blenders, "ask", lambda *command: "/usr/bin/python3.13" if command[0] == "python3.13" else "")
    assert bpy_interpreter() == Path("/usr/bin/python3.13")


def test_python_312_alone_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 12))
    monkeypatch.setattr(blenders, "ask", lambda *_: "")
    with pytest.raises(BlenderMissing, match=r"for Python 3\.12") as caught:
        bpy_interpreter()
    assert caught.value.exit_code == 69
    assert "Blender 4.2 or newer" in caught.value.hint
