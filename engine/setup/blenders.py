"""Which Blender the commands would use, and which Python carries Blender's module where there is none."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.contract.errors import BlenderMissing
from engine.setup.system import ask

OLDEST_BLENDER = (4, 2)
BPY_PYTHONS = ((3, 11), (3, 13))


def blender_is_installed(home: Path) -> bool:
    """Whether there is a `blender` that is new enough. The one in OVERPAINT_BLENDER is what somebody asked for."""
    if os.environ.get("OVERPAINT_BLENDER"):
        return True
    return any(blender_version(command, home / "blenders.json") >= OLDEST_BLENDER for command in installed_blenders())


def installed_blenders() -> Iterator[Path]:
    """The `blender` on PATH, then those in the places where macOS and Windows install it, newest first."""
    if on_path := shutil.which("blender"):
        yield Path(on_path)
    places: list[Path] = []
    if sys.platform == "darwin":
        for applications in (Path("/Applications"), Path.home() / "Applications"):
            places += applications.glob("Blender*.app/Contents/MacOS/Blender")
    if sys.platform == "win32":
        programs = Path(os.environ.get("PROGRAMFILES", "C:/Program Files"), "Blender Foundation")
        places += programs.glob("Blender*/blender.exe")
    yield from sorted(places, key=lambda place: _numbers(str(place)), reverse=True)


def blender_version(command: Path, memory: Path) -> tuple[int, ...]:
    """The version of a `blender`, () if it does not start. Asking takes long, so the answer is kept in `memory`."""
    key = f"{command} {command.stat().st_mtime_ns}"
    known: dict[str, list[int]] = {}
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(memory.read_text(encoding="utf-8"))
    if key not in known:
        line = re.search(r"^Blender (\d+\.\d+(\.\d+)?)", ask(command, "--version"), re.MULTILINE)
        known[key] = list(_numbers(line[1])) if line else []
        with contextlib.suppress(OSError):
            memory.write_text(json.dumps(known), encoding="utf-8")
    return tuple(known[key])


def bpy_interpreter() -> Path:
    """A Python that Blender's module exists for: this one, or another of the machine. Raises BlenderMissing."""
    if sys.version_info[:2] in BPY_PYTHONS:
        return Path(sys.executable)
    question = "import sys, venv, ensurepip; print(sys.executable)"
    for command in (["python3.11"], ["python3.13"], ["py", "-3.11"], ["py", "-3.13"]):
        if found := ask(*command, "-c", question):
            return Path(found)
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    raise BlenderMissing(
        f"no Blender was found, and Blender's own Python module does not exist for Python {here}",
        "install Blender 4.2 or newer (or set OVERPAINT_BLENDER to one), or Python 3.11 or 3.13 beside this one",
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))
