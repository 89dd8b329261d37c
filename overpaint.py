#!/usr/bin/env python3
"""Overpaint's launcher: `python3 overpaint.py COMMAND ...` makes what the command needs, once, and runs it.

It needs nothing but Python 3.11, 3.12 or 3.13. The engine's packages go into an environment of their own in
$OVERPAINT_HOME (default: .overpaint beside this file); where no Blender is installed, Blender's Python module goes into
a second one. Then the launcher becomes `python -m engine COMMAND ...`.

This file keeps to a syntax that older Pythons read, so that they can say that they are too old.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PYTHONS = ((3, 11), (3, 12), (3, 13))
COMMANDS = {
    "render": "capture a scene, paint its frames and make the movie",
    "capture": "write a scene's shot folder: depth, UVs, object ids, geometry, cameras",
    "generate": "paint the frames of a shot folder",
    "demo": "paint an example scene",
    "doctor": "say what is installed, and what to do about what is not",
    "bench": "measure speed and quality",
    "train": "train the small checkpoint that lies in the repository",
    "score": "measure how well surfaces hold their look, for any frames over a shot folder",
    "tracking": "export exact tracks of surface points",
    "package": "build the zip that Blender installs",
    "test": "run the tests",
    "serve": "take jobs as JSON lines, for the add-on",
}
BLENDER_COMMANDS = ("render", "capture", "demo", "package", "test", "bench capture")


def main(arguments: list[str]) -> int:
    if sys.version_info[:2] not in PYTHONS:
        found = ".".join(map(str, sys.version_info[:2]))
        return complain(
            f"Overpaint runs on Python 3.11, 3.12 or 3.13, and this is Python {found}",
            "start it with one of those, as in `python3.11 overpaint.py`",
            69,
        )
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    if arguments[0] not in COMMANDS:
        return complain(f"there is no command '{arguments[0]}'", f"the commands are {', '.join(COMMANDS)}", 2)
    return prepare_and_run(arguments)


def usage() -> str:
    commands = "\n".join(f"  {name:10}{meaning}" for name, meaning in COMMANDS.items())
    return (
        f"usage: python3 overpaint.py COMMAND [OPTION ...]\n\n{commands}\n\n"
        "`python3 overpaint.py COMMAND --help` lists a command's options. The first command that runs installs\n"
        "what it needs into $OVERPAINT_HOME (default: .overpaint beside this file)."
    )


def complain(message: str, hint: str, exit_code: int) -> int:
    print(f"overpaint: {message}" + (f"; {hint}" if hint else ""), file=sys.stderr)
    return exit_code


def prepare_and_run(arguments: list[str]) -> int:
    sys.path.insert(0, str(ROOT))
    from engine.contract.errors import OverpaintError
    from engine.home import overpaint_home
    from engine.setup.environment import prepare_engine

    home = overpaint_home()
    try:
        if needs_blender(arguments):  # first: it may refuse, and the engine is a large download
            prepare_blender_for(arguments[0], home)
        python = prepare_engine(home, with_tests=arguments[0] == "test")
    except OverpaintError as error:
        return complain(error.message, error.hint, error.exit_code)
    except KeyboardInterrupt:
        return 130
    return run_engine(python, arguments, home)


def needs_blender(arguments: list[str]) -> bool:
    return arguments[0] in BLENDER_COMMANDS or " ".join(arguments[:2]) in BLENDER_COMMANDS


def prepare_blender_for(command: str, home: Path) -> None:
    """Raises BlenderMissing, but for the tests, which skip what needs a Blender."""
    from engine.contract.errors import BlenderMissing
    from engine.setup.environment import prepare_blender

    try:
        prepare_blender(home)
    except BlenderMissing as error:
        if command != "test":
            raise
        complain(error.message, "the tests that need one are skipped", error.exit_code)


def run_engine(python: Path, arguments: list[str], home: Path) -> int:
    """Becomes the engine, so that signals and the exit code are its own; Windows has no such call and waits."""
    command = [str(python), "-P", "-m", "engine", *arguments]  # -P: a folder named engine where one stands is not ours
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "OVERPAINT_HOME": str(home)}
    variables.pop("PYTHONHOME", None)
    if os.name != "nt":
        os.execve(command[0], command, variables)
    with subprocess.Popen(command, env=variables) as engine:
        while True:
            try:
                return engine.wait()
            except KeyboardInterrupt:  # it was told as well, and ends in its own time
                continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
