"""The zip that Blender installs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from engine import package
from engine.contract.errors import OverpaintError


def test_the_package_holds_what_runs_and_nothing_else(tmp_path: Path) -> None:
    built = package.build_package(tmp_path / "new")
    assert built.path.parent == tmp_path / "new" and built.path.name.startswith("overpaint-")
    with zipfile.ZipFile(built.path) as archive:
        names = set(archive.namelist())
    assert {"__init__.py", "blender_manifest.toml", "overpaint.py", "pyproject.toml", "engine/run.py"} <= names
    assert {"addon/properties.py", "models/registry.toml", "models/preview/unet/config.json"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".", "tests/", "out/", "docs/"))]


def test_a_manifest_with_a_fault_leaves_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "blender_manifest.toml").write_text('id = "overpaint"\nversion = "0.1.0"\n')
    (root / "__init__.py").touch()
    monkeypatch.setattr(package, "ROOT", root)
    with pytest.raises(OverpaintError, match="the extension is not valid"):
        package.build_package(tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
