"""Paints the scene that is open, by the settings saved in it and the words after `--`:

    blender -b scene.blend --python-exit-code 1 -P render.py -- --prompt "a rusty robot" --frames 1-24 --out out/robot

`-- --help` lists the words. Works with the add-on installed, and from a checkout.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import bpy


def overpaint() -> str:
    """The package's name: the installed add-on's, or that of the checkout this script lies in."""
    for name in bpy.context.preferences.addons.keys():  # noqa: SIM118 (a Blender collection is no dict)
        if name.startswith("bl_ext.") and name.endswith(".overpaint"):
            return name
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    from addon.checkout import load_checkout

    return load_checkout()


def main() -> None:
    if not bpy.app.background:
        sys.exit("render.py paints without a window: start it with blender -b SCENE -P render.py")
    words = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    exit_code = importlib.import_module(f"{overpaint()}.addon.headless").main(words)
    if exit_code:
        sys.exit(exit_code)  # without a failure Blender goes on with the rest of its command line


if __name__ == "__main__":
    main()
