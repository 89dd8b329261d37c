"""Captures a scene in a Blender process of its own. Standard output carries messages, the error stream all else.

    blender -b --factory-startup -P addon/capture_scene.py -- --out SHOT -- SCENE.blend

or, with Blender's Python module, `python addon/capture_scene.py -- --out SHOT -- SCENE.blend`.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TextIO


def claim_stdout() -> TextIO:
    """The standard output, for messages only: from now on Blender and its libraries print to the error stream."""
    sys.stdout.flush()
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return output


def import_own_process() -> ModuleType:
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    from addon.checkout import load_checkout

    return importlib.import_module(f"{load_checkout()}.addon.capture.own_process")


def main() -> None:
    exit_code = 1
    output = claim_stdout()
    try:
        words = sys.argv[sys.argv.index("--") + 1 :]
        exit_code = import_own_process().main(words, output)
    finally:
        if error := sys.exception():
            traceback.print_exception(error)
        for stream in (output, sys.stdout, sys.stderr):
            stream.flush()
        os._exit(exit_code)  # Blender may hang or crash while it tidies up, when all is done


if __name__ == "__main__":
    main()
