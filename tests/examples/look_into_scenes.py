"""Runs in Blender: writes what the example scenes hold, for tests that run outside.

look_into_scenes.py -- REPOSITORY OUT.json OUT.npz SCENE ...
"""

import importlib
import json
import os
import sys
from pathlib import Path

import bpy
import numpy as np


def main(repository: str, facts_file: str, uvs_file: str, *scenes: str) -> None:
    sys.path.append(repository)
    from addon.checkout import load_checkout

    properties = importlib.import_module(f"{load_checkout()}.addon.properties")
    facts, uvs = {}, {}
    for path in scenes:
        name = Path(path).stem
        bpy.ops.wm.open_mainfile(filepath=path)
        properties.register()  # after the file: what it holds has to come back
        facts[name] = facts_of(bpy.context.scene, properties)
        properties.unregister()
        uvs |= {f"{name}/{item}": uv for item, uv in uvs_of(bpy.context.scene)}
    Path(facts_file).write_text(json.dumps(facts))
    np.savez(uvs_file, **uvs)


def facts_of(scene: bpy.types.Scene, properties) -> dict:
    return {
        "saved_by": list(bpy.data.version),
        "frames": [scene.frame_start, scene.frame_end],
        "fps": scene.render.fps,
        "camera": scene.camera.name,
        "prompt": scene.overpaint.prompt,
        "words": properties.saved_arguments(scene),
        "moves": moving_objects(scene),
    }


def moving_objects(scene: bpy.types.Scene) -> list[str]:
    """Objects whose vertices or place differ between the first frame and the twelfth."""
    before, after = (places(scene, frame) for frame in (scene.frame_start, scene.frame_start + 11))
    return [name for name in before if not np.allclose(before[name], after[name], atol=1e-3)]


def places(scene: bpy.types.Scene, frame: int) -> dict[str, np.ndarray]:
    scene.frame_set(frame)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    found = {}
    for item in scene.objects:
        evaluated = item.evaluated_get(depsgraph)
        corners = [vertex.co[:] for vertex in evaluated.data.vertices] if item.type == "MESH" else [(0, 0, 0)]
        matrix = np.array(evaluated.matrix_world)
        found[item.name] = np.array(corners).reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
    return found


def uvs_of(scene: bpy.types.Scene):
    """The UVs of every mesh that is rendered, as its modifiers leave it in a render: (triangles, 3, 2)."""
    for item in scene.objects:
        for modifier in item.modifiers:
            if modifier.type == "SUBSURF":
                modifier.levels = modifier.render_levels
    depsgraph = bpy.context.evaluated_depsgraph_get()
    for item in scene.objects:
        if item.type == "MESH" and not item.hide_render:
            mesh = item.evaluated_get(depsgraph).data
            mesh.calc_loop_triangles()
            layer = mesh.uv_layers.active
            corners = [corner for triangle in mesh.loop_triangles for corner in triangle.loops]
            uv = [layer.data[corner].uv[:] for corner in corners] if layer else []
            yield item.name, np.array(uv, dtype=np.float32).reshape(-1, 3, 2)


main(*sys.argv[sys.argv.index("--") + 1 :])
sys.stdout.flush()
os._exit(0)  # Blender's module does not always end well
