"""What is to be installed: the ranges of pyproject.toml at the exact versions of the lock."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from engine.setup.system import has_nvidia

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Requirements:
    """Packages that are installed together."""

    name: str
    packages: tuple[str, ...]
    pins: tuple[str, ...]  # exact versions, also of what the packages need in turn
    module: str  # imports when all is in place
    gigabytes: float  # of disk, roughly

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps([self.packages, self.pins]).encode()).hexdigest()

    @property
    def needs_torch(self) -> bool:
        return "torch" in map(package_name, self.packages)

    def with_pins(self, pins: tuple[str, ...]) -> Requirements:
        return replace(self, pins=pins)


def engine_requirements(with_tests: bool) -> list[Requirements]:
    """What the engine needs, and what its tests need beyond that."""
    pins, optional = _pins(), _project()["optional-dependencies"]
    engine = Requirements("engine", project_packages(), pins, "torch", 7.0 if has_nvidia() else 2.0)
    tests = Requirements("test", tuple(optional["test"]), pins, "pytest", 0.3)
    return [engine, tests] if with_tests else [engine]


def project_packages() -> tuple[str, ...]:
    """The requirement lines of what the engine imports."""
    return tuple(_project()["dependencies"])


def package_name(requirement: str) -> str:
    """`torch` of `torch>=2.11,<3`, in the spelling that package indices compare."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def bpy_requirements() -> list[Requirements]:
    """Blender as a Python module; it brings a numpy of its own, so the engine's pins do not hold for it."""
    return [Requirements("bpy", tuple(_project()["optional-dependencies"]["bpy"]), (), "bpy", 1.2)]


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _pins() -> tuple[str, ...]:
    lines = (ROOT / "engine" / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
