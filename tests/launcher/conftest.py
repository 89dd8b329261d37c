from __future__ import annotations

import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.setup import environment
from engine.setup.environment import Environment
from engine.setup.requirements import Requirements


@dataclass
class Pip:
    """Stands in for pip: notes what it is asked for, and fails with `error` when there is one."""

    calls: list[tuple[str, ...]] = field(default_factory=list)
    error: Exception | None = None

    def __call__(self, python: Path, log: Path, *arguments: str) -> None:
        self.calls.append(arguments)
        if self.error:
            raise self.error


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    pip = Pip()
    monkeypatch.setattr(environment, "pip_install", pip)
    return pip


@pytest.fixture
def interpreter(tmp_path: Path) -> Path:
    """A Python whose `-m venv FOLDER` only links this one, which takes no time."""
    script = tmp_path / "python"
    script.write_text(
        f'#!/bin/sh\nmkdir -p "$3/bin" && echo home > "$3/pyvenv.cfg" && ln -s {sys.executable} "$3/bin/python"\n'
    )
    script.chmod(0o755)
    return script


@pytest.fixture
def tiny() -> Requirements:
    return Requirements("tiny", ("tinypackage",), ("tinypackage==1.0",), module="json", gigabytes=0.001)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def engine_environment(home: Path) -> Environment:
    return Environment(home / "engine")


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder of wheels for pip: versions 1.0 and 2.0 of tinypackage."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for version in ("1.0", "2.0"):
        about = f"tinypackage-{version}.dist-info"
        with zipfile.ZipFile(folder / f"tinypackage-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr("tinypackage.py", f"VERSION = {version!r}\n")
            wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: tinypackage\nVersion: {version}\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(
                f"{about}/RECORD", f"tinypackage.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
            )
    return folder
