"""Runs in Blender's module: installs a built extension, enables it, disables it.  -- EXTENSION.zip"""

import importlib
import os
import sys

import bpy

MODULE = "bl_ext.user_default.overpaint"


def main(extension: str) -> None:
    bpy.ops.extensions.package_install_files(filepath=extension, repo="user_default", enable_on_install=True)
    assert MODULE in bpy.context.preferences.addons.keys()  # noqa: SIM118 (a Blender collection is no dict)
    assert bpy.context.scene.overpaint.steps == 20
    headless = importlib.import_module(f"{MODULE}.addon.headless")
    exit_code = headless.main(["--prompt=a robot", "--out=nowhere"])
    bpy.ops.preferences.addon_disable(module=MODULE)
    assert not hasattr(bpy.types.Scene, "overpaint")
    sys.stdout.write(f"exit code {exit_code}\n")


main(sys.argv[sys.argv.index("--") + 1])
sys.stdout.flush()
os._exit(0)  # Blender's module does not always end well
