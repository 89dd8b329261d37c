"""Runs in Blender: saves settings in scenes and writes the words they become.  -- REPOSITORY CASES.json OUT.json"""

import importlib
import json
import os
import sys
from pathlib import Path

import bpy


def main(repository: str, cases_file: str, out: str) -> None:
    sys.path.append(repository)
    from addon.checkout import load_checkout

    properties = importlib.import_module(f"{load_checkout()}.addon.properties")
    properties.register()
    words = []
    for number, settings in enumerate(json.loads(Path(cases_file).read_text(encoding="utf-8"))):
        scene = bpy.data.scenes.new(str(number))
        for name, value in settings.items():
            setattr(scene.overpaint, name, value)
        words.append(properties.saved_arguments(scene))
    described = bpy.types.Scene.bl_rna.properties["overpaint"].fixed_type.properties
    names = {item.identifier: item.description for item in described if item.identifier not in ("rna_type", "name")}
    Path(out).write_text(json.dumps({"words": words, "properties": names}))


main(*sys.argv[sys.argv.index("--") + 1 :])
sys.stdout.flush()
os._exit(0)  # Blender's module does not always end well
