"""The zip that Blender installs, built and validated by Blender's own tool."""

from __future__ import annotations

import subprocess
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.contract.errors import BlenderMissing, OutputUnwritable, OverpaintError
from engine.contract.files import atomic
from engine.finding_blender import HINT, Blender, find_blender
from engine.home import ROOT
from engine.setup.system import ask

TOOL = "*/scripts/addons_core/bl_pkg/cli/blender_ext.py"
WHERE_IS_BPY = "from importlib.util import find_spec; print(find_spec('bpy').submodule_search_locations[0])"


@dataclass(frozen=True)
class Package:
    path: Path
    files: int
    size: int
    """In bytes."""


def build_package(folder: Path) -> Package:
    """Builds `<id>-<version>.zip` from this checkout into a folder, under its name only when it is valid.

    Raises BlenderMissing, OutputUnwritable, and OverpaintError with what Blender's tool has against it.
    """
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
    path = folder / f"{manifest['id']}-{manifest['version']}.zip"
    tool = _extension_tool(find_blender())
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputUnwritable(f"{folder} cannot be made: {error}", "give another folder with --out") from error
    with atomic(path) as temporary:
        _run([*tool, "build", "--source-dir", str(ROOT), "--output-filepath", str(temporary)])
        _run([*tool, "validate", str(temporary)])
    with zipfile.ZipFile(path) as archive:
        return Package(path, len(archive.namelist()), path.stat().st_size)


def _extension_tool(blender: Blender) -> Sequence[str]:
    """The command that builds extensions; Blender's module has no command line, but the script that is behind it."""
    if not blender.is_wheel:
        return [*blender.command, "--command", "extension"]
    found = ask(Path(blender.command[0]), "-c", WHERE_IS_BPY)
    scripts = sorted(Path(found).glob(TOOL)) if found else []
    if not scripts:
        raise BlenderMissing("this Blender's module has no tool for extensions", HINT)
    return [*blender.command, str(scripts[0])]


def _run(command: Sequence[str]) -> None:
    process = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if process.returncode:
        said = (process.stderr.strip() or process.stdout.strip()).splitlines()
        raise OverpaintError(
            f"the extension is not valid: {said[-1] if said else 'no reason given'}", "mend blender_manifest.toml"
        )
