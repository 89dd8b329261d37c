from __future__ import annotations

import sys
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from engine.setup import environment, torch_build
from engine.setup.environment import Environment, settle_torch
from engine.setup.requirements import Requirements
from engine.setup.torch_build import TorchBuild, borrow_torch, keeping, satisfies, torch_index

ENGINE = Requirements(
    "engine", ("torch>=2.11,<3", "tqdm"), ("torch==2.13.0", "sympy==1.14.0", "tqdm==4.70.1"), "json", 0
)


@pytest.fixture(autouse=True)
def no_card(monkeypatch):
    monkeypatch.setattr(torch_build, "has_nvidia", lambda: False)


@pytest.mark.parametrize("version", ["2.11", "2.11.0+cu130", "2.13.0+cpu", "2.99.1"])
def test_a_release_in_the_range_is_kept(version):
    assert satisfies(version, ENGINE)


@pytest.mark.parametrize("version", ["2.10.1", "3.0.0", "2.12.0a0+git1234", "2.13.0.dev20261101", ""])
def test_other_versions_and_previews_are_not(version):
    assert not satisfies(version, ENGINE)


def test_a_cpu_build_is_not_kept_where_there_is_a_card(monkeypatch):
    monkeypatch.setattr(torch_build, "has_nvidia", lambda: True)
    assert not satisfies("2.13.0+cpu", ENGINE)
    assert satisfies("2.13.0+cu130", ENGINE)


def test_a_kept_torch_keeps_what_it_needs_and_the_other_pins_hold():
    kept = keeping(TorchBuild("2.11.0+cu130", ("sympy>=1.13.3", "numpy; extra == 'all'")), ENGINE)
    assert kept.pins == ("tqdm==4.70.1", "torch==2.11.0+cu130")


def test_a_satisfying_torch_is_not_fetched(tmp_path, pip, monkeypatch):
    monkeypatch.setattr(environment, "installed_torch", lambda _: TorchBuild("2.11.0+cu130", ()))
    assert "torch==2.11.0+cu130" in settle_torch(Environment(tmp_path), ENGINE).pins
    assert pip.calls == []


def test_a_missing_torch_is_fetched_from_the_fitting_index(tmp_path, pip, monkeypatch):
    monkeypatch.setattr(environment, "installed_torch", lambda _: None)
    monkeypatch.setattr(environment, "torch_index", lambda _: torch_build.CPU_INDEX)
    assert settle_torch(Environment(tmp_path), ENGINE) == ENGINE
    assert pip.calls == [("--no-deps", "torch==2.13.0", "--index-url", torch_build.CPU_INDEX)]


@pytest.mark.parametrize(
    ("platform", "card", "index"),
    [
        ("linux", False, torch_build.CPU_INDEX),
        ("linux", True, None),
        ("win32", False, None),
        ("win32", True, torch_build.CUDA_INDEX),
        ("darwin", False, None),
    ],
)
def test_each_system_has_its_build(monkeypatch, platform, card, index):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(torch_build, "has_nvidia", lambda: card)
    monkeypatch.setattr(torch_build, "index_is_configured", lambda _: False)
    assert torch_index(Path("python")) == index
    monkeypatch.setattr(torch_build, "index_is_configured", lambda _: True)
    assert torch_index(Path("python")) is None


@pytest.fixture
def python_with_torch(tmp_path, monkeypatch) -> Path:
    """The packages of a Python that has torch, what torch needs, and something else."""
    packages = tmp_path / "site-packages"
    for name, version, needs in (
        ("torch", "2.11.0", "sympy\nRequires-Dist: other; extra == 'all'"),
        ("sympy", "1.13", ""),
        ("other", "1.0", ""),
    ):
        about = packages / f"{name}-{version}.dist-info"
        about.mkdir(parents=True)
        (packages / name).mkdir()
        (packages / name / "__init__.py").write_text(f"__version__ = {version!r}\n")
        lines = [f"Name: {name}", f"Version: {version}"] + [f"Requires-Dist: {needs}"] * bool(needs)
        (about / "METADATA").write_text("\n".join(lines))
        (about / "RECORD").write_text(f"{name}/__init__.py,,\n{about.name}/METADATA,,\n../../bin/{name},,\n")

    def distribution(name: str) -> PathDistribution:
        for about in packages.glob(f"{name}-*.dist-info"):
            return PathDistribution(about)
        raise torch_build.PackageNotFoundError(name)

    monkeypatch.setattr(torch_build, "distribution", distribution)
    return packages


def test_only_torch_and_its_needs_are_borrowed(tmp_path, python_with_torch):
    folder = tmp_path / "engine"
    site_packages = Path(torch_build.sysconfig.get_path("purelib", "venv", vars={"base": folder, "platbase": folder}))
    site_packages.mkdir(parents=True)
    assert borrow_torch(folder, ENGINE) == [str(python_with_torch / "torch/__init__.py")]
    shelf = tmp_path / "engine-torch"
    assert {entry.name for entry in shelf.iterdir()} == {
        "torch",
        "torch-2.11.0.dist-info",
        "sympy",
        "sympy-1.13.dist-info",
    }
    assert (site_packages / "torch-of-this-machine.pth").read_text().strip() == str(shelf)


def test_a_torch_that_is_too_old_is_not_borrowed(tmp_path, python_with_torch):
    (python_with_torch / "torch-2.11.0.dist-info" / "METADATA").write_text("Name: torch\nVersion: 2.1.0\n")
    assert borrow_torch(tmp_path / "engine", ENGINE) == []
    assert not (tmp_path / "engine-torch").exists()
