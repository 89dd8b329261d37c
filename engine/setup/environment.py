"""Virtual environments that are whole, or not taken for one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from engine.contract.errors import OutputUnwritable
from engine.contract.files import read_json, write_json
from engine.setup.blenders import blender_is_installed, bpy_interpreter
from engine.setup.locking import exclusive, terminable
from engine.setup.pip import Unreachable, failure, pip_install
from engine.setup.requirements import Requirements, bpy_requirements, engine_requirements
from engine.setup.system import ask, run_quietly, say
from engine.setup.torch_build import borrow_torch, installed_torch, keeping, satisfies, torch_index

GIGABYTE = 1e9


@dataclass(frozen=True)
class Stamp:
    """Stands in a finished environment: removed before anything there changes, written when everything is in place."""

    installed: dict[str, str]  # name of requirements -> their fingerprint
    python: str  # the file behind the environment's python
    relies_on: list[str]  # files outside the environment that it does not work without


@dataclass(frozen=True)
class Environment:
    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp_file(self) -> Path:
        return self.folder / "overpaint.json"

    @property
    def log(self) -> Path:
        return self.folder.parent / "install.log"

    def stamp(self) -> Stamp | None:
        """The stamp of a finished environment whose Python is still the one it was made with."""
        try:
            stamp = Stamp(**read_json(self.stamp_file))
        except (OSError, ValueError, TypeError):
            return None
        same_python = self.python.exists() and os.path.realpath(self.python) == stamp.python
        return stamp if same_python and all(map(os.path.exists, stamp.relies_on)) else None

    def lacks(self, wanted: Sequence[Requirements]) -> list[Requirements]:
        """What is not installed, or not as it is wanted now."""
        stamp = self.stamp()
        installed = stamp.installed if stamp else {}
        return [each for each in wanted if installed.get(each.name) != each.fingerprint]


def prepare_engine(home: Path, with_tests: bool) -> Path:
    """The Python of the engine's environment, which is made or brought up to date first where that is needed."""
    environment = Environment(home / "engine")
    prepare(environment, engine_requirements(with_tests), lambda: Path(sys.executable))
    return environment.python


def prepare_blender(home: Path) -> None:
    """Makes the environment with Blender's Python module, unless it is there or a Blender is installed."""
    environment = Environment(home / "bpy")
    wanted = bpy_requirements()
    if environment.lacks(wanted) and not blender_is_installed(home):
        prepare(environment, wanted, bpy_interpreter)


def prepare(environment: Environment, wanted: Sequence[Requirements], interpreter: Callable[[], Path]) -> None:
    """Installs what the environment lacks, made by `interpreter` if it is not whole. Launchers wait for each other.

    Raises EngineMissing, OutputUnwritable or BlenderMissing.
    """
    if not environment.lacks(wanted):
        return
    home = environment.folder.parent
    try:
        home.mkdir(parents=True, exist_ok=True)
        with exclusive(home / "install.lock"), terminable():
            if missing := environment.lacks(wanted):
                check_space(home, missing)
                install(environment, missing, interpreter)
    except OSError as error:
        raise OutputUnwritable(
            f"cannot write {error.filename or home}: {(error.strerror or str(error)).lower()}",
            "set OVERPAINT_HOME to a folder of your own with enough space",
        ) from error


def check_space(home: Path, missing: Sequence[Requirements]) -> None:
    needed, free = sum(each.gigabytes for each in missing), shutil.disk_usage(home).free / GIGABYTE
    if free < needed:
        raise OutputUnwritable(
            f"the disk of {home} has {free:.1f} GB left, and about {needed:.1f} GB are needed",
            "free some space, or set OVERPAINT_HOME to a folder on a larger disk",
        )


def install(environment: Environment, missing: Sequence[Requirements], interpreter: Callable[[], Path]) -> None:
    names, size = " and ".join(each.name for each in missing), sum(each.gigabytes for each in missing)
    say(f"installing the packages for {names} into {environment.folder} (once; about {size:.1f} GB, some minutes)")
    environment.log.unlink(missing_ok=True)
    stamp = environment.stamp() or create(environment, interpreter(), missing[0])
    environment.stamp_file.unlink(missing_ok=True)
    try:
        for requirements in missing:
            install_packages(environment, requirements)
    except Unreachable:  # pip downloads everything before it changes anything: go on from here next time
        write_json(environment.stamp_file, asdict(replace(stamp, installed={})))
        raise
    installed = stamp.installed | {each.name: each.fingerprint for each in missing}
    write_json(environment.stamp_file, asdict(replace(stamp, installed=installed)))
    say("installed")


def create(environment: Environment, interpreter: Path, requirements: Requirements) -> Stamp:
    """Makes the environment anew, without packages; returns the stamp for it."""
    remove(environment.folder)
    made = run_quietly(interpreter, "-m", "venv", environment.folder)
    if made.returncode != 0:
        environment.log.write_text(made.stdout, encoding="utf-8")
        raise failure(made.stdout, environment.log)
    base = ask(environment.python, "-c", "import os, sys; print(os.path.realpath(sys._base_executable))")
    borrowed = borrow_torch(environment.folder, requirements) if requirements.needs_torch else []
    return Stamp({}, os.path.realpath(environment.python), [base, *borrowed])


def remove(folder: Path) -> None:
    """Removes what is left of an environment, and nothing that is none."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists():
        raise OutputUnwritable(
            f"{folder} is in the way: it holds something else than a Python environment",
            "move it away, or set OVERPAINT_HOME to a folder of Overpaint's own",
        )
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    (folder / "pyvenv.cfg").touch()  # marks it as ours, also when making it is cut short


def install_packages(environment: Environment, requirements: Requirements) -> None:
    python, log = environment.python, environment.log
    if requirements.needs_torch:
        requirements = settle_torch(environment, requirements)
    constraints = environment.folder / "constraints.txt"
    constraints.write_text("\n".join(requirements.pins), encoding="utf-8")
    pip_install(python, log, *requirements.packages, "--constraint", str(constraints))
    imported = run_quietly(python, "-c", f"import {requirements.module}")
    if imported.returncode != 0:
        raise failure(imported.stdout, log)


def settle_torch(environment: Environment, requirements: Requirements) -> Requirements:
    """Keeps a satisfying torch that is there, or fetches the build for this machine where pip alone would not."""
    build = installed_torch(environment.python)
    if build and satisfies(build.version, requirements):
        say(f"keeping torch {build.version}")
        return keeping(build, requirements)
    if index := torch_index(environment.python):
        pin = next(pin for pin in requirements.pins if pin.startswith("torch=="))
        pip_install(environment.python, environment.log, "--no-deps", pin, "--index-url", index)
    return requirements
