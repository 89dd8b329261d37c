"""Makes the example scenes. Run it with the oldest Blender that Overpaint works in, so that every version opens them:

python3.11 -m venv oldest && oldest/bin/pip install bpy==4.2.23
oldest/bin/python examples/make_examples.py [FOLDER]
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import bpy  # noqa: F401  (brings the module mathutils along)
from making import instances, occluder, turntable, walker

ROOT = Path(__file__).resolve().parent.parent
SCENES = {
    "walker": walker.make,
    "turntable": turntable.make,
    "occluder": occluder.make,
    "instances": instances.make,
}


def main(folder: Path) -> None:
    sys.path.append(str(ROOT))
    from addon.checkout import load_checkout

    importlib.import_module(f"{load_checkout()}.addon.properties").register()
    for name, make in SCENES.items():
        make(folder / f"{name}.blend")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "examples")
    sys.stdout.flush()
    os._exit(0)  # Blender's module does not always end well
