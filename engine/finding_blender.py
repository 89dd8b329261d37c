"""Finding a Blender: a `blender`, or a Python that has Blender's module."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from engine.contract.errors import BlenderMissing
from engine.home import overpaint_home
from engine.setup.blenders import OLDEST_BLENDER, blender_version, installed_blenders
from engine.setup.system import ask

HINT = "install Blender 4.2 or newer, or set OVERPAINT_BLENDER to one; `overpaint.py render` fetches Blender's module"


@dataclass(frozen=True)
class Blender:
    """A Blender that can be started."""

    command: tuple[str, ...]
    version: str
    is_wheel: bool
    """Whether it is a Python with Blender's module, and no `blender`."""

    def script_command(self, script: Path, words: list[str]) -> list[str]:
        options = ["-P"] if self.is_wheel else ["-b", "--factory-startup", "--python-exit-code", "1", "-P"]
        return [*self.command, *options, str(script), "--", *words]


def find_blender(explicit: str | None = None) -> Blender:
    """The Blender to use: the one named, by argument or in OVERPAINT_BLENDER; else an installed one; else the module.

    What is named may be a `blender` or a Python with Blender's module. Raises BlenderMissing.
    """
    if named := explicit or os.environ.get("OVERPAINT_BLENDER"):
        return _named(named)
    memory = overpaint_home() / "blenders.json"
    for command in installed_blenders():
        version = blender_version(command, memory)
        if version >= OLDEST_BLENDER:
            return Blender((str(command),), ".".join(map(str, version)), is_wheel=False)
    bin_folder = overpaint_home() / "bpy" / ("Scripts" if os.name == "nt" else "bin")
    wheel = _wheel(bin_folder / ("python.exe" if os.name == "nt" else "python"))
    if wheel is None:
        raise BlenderMissing("no Blender was found on this machine", HINT)
    return wheel


def _named(name: str) -> Blender:
    command = Path(name).expanduser()
    if wheel := _wheel(command) if command.name.startswith("python") else None:
        return wheel
    version = blender_version(command, overpaint_home() / "blenders.json") if command.is_file() else ()
    if version < OLDEST_BLENDER:
        found = f"is Blender {'.'.join(map(str, version))}" if version else "is no Blender that starts"
        raise BlenderMissing(f"{name} {found}", HINT)
    return Blender((str(command),), ".".join(map(str, version)), is_wheel=False)


def _wheel(python: Path) -> Blender | None:
    version = ask(python, "-c", "from importlib.metadata import version; print(version('bpy'))")
    return Blender((str(python),), version, is_wheel=True) if version else None
