"""Writes down what Blender hands to a render engine: triangles with their UVs, and the camera. None of the capture's
code has a say in it.

Runs in Blender: witness.py -- SCENE.blend FOLDER WIDTH HEIGHT FRAME ...
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from tests.capture.inside.script import run


class Witness(bpy.types.RenderEngine):
    """Renders nothing, and writes a frame's file into the folder that the scene renders to."""

    bl_idname = "OVERPAINT_WITNESS"
    bl_label = "Witness"

    def render(self, depsgraph: bpy.types.Depsgraph) -> None:
        scene = depsgraph.scene
        path = Path(scene.render.filepath) / f"{scene.frame_current}.npz"
        np.savez(path, **read_triangles(depsgraph), **read_camera(depsgraph))


def read_triangles(depsgraph: bpy.types.Depsgraph) -> dict[str, np.ndarray]:
    """`surface` is the number of each triangle's instance in `names`; `uv` is not finite where it has none."""
    names, corners, uvs, surfaces = [], [], [], []
    for mesh, matrix, name in shown_meshes(depsgraph):
        mesh.calc_loop_triangles()
        vertices = read(mesh.vertices, "co", 3) @ matrix[:3, :3].T + matrix[:3, 3]
        triangles = read(mesh.loop_triangles, "vertices", 3).astype(int)
        corners.append(vertices[triangles])
        uvs.append(read_uv(mesh)[read(mesh.loop_triangles, "loops", 3).astype(int)])
        surfaces.append(np.full(len(triangles), len(names)))
        names.append(name)
    return {
        "names": np.array(names),
        "corners": np.concatenate(corners),
        "uv": np.concatenate(uvs),
        "surface": np.concatenate(surfaces),
    }


def shown_meshes(depsgraph: bpy.types.Depsgraph) -> Iterator[tuple[bpy.types.Mesh, np.ndarray, str]]:
    for instance in depsgraph.object_instances:
        if instance.object.type == "MESH" and instance.show_self and instance.object.data.polygons:
            yield instance.object.data, np.array(instance.matrix_world), instance.object.name


def read_uv(mesh: bpy.types.Mesh) -> np.ndarray:
    """(C, 2)"""
    layers = list(mesh.uv_layers)
    if not layers:
        return np.full((len(mesh.loops), 2), np.nan)
    return read(next((layer for layer in layers if layer.active_render), layers[0]).uv, "vector", 2)


def read_camera(depsgraph: bpy.types.Depsgraph) -> dict[str, np.ndarray]:
    """`picture` are the corners of the picture in the camera's space, from the upper right one downwards and around."""
    camera = depsgraph.scene.camera.evaluated_get(depsgraph)
    return {
        "picture": np.array([tuple(corner) for corner in camera.data.view_frame(scene=depsgraph.scene)]),
        "is_orthographic": np.array(camera.data.type == "ORTHO"),
        "to_world": np.array(camera.matrix_world.normalized()),
        "clip": np.array([camera.data.clip_start, camera.data.clip_end]),
    }


def read(items: bpy.types.bpy_prop_collection, name: str, width: int) -> np.ndarray:
    values = np.empty(len(items) * width)
    items.foreach_get(name, values)
    return values.reshape(-1, width)


def bear_witness(path: str, folder: str, width: int, height: int, *frames: int) -> None:
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    bpy.utils.register_class(Witness)
    bpy.context.preferences.edit.use_negative_frames = True
    scene = bpy.context.scene
    scene.render.engine, scene.render.filepath, scene.render.use_compositing = Witness.bl_idname, folder, False
    scene.render.resolution_x, scene.render.resolution_y = width, height
    for layer in scene.view_layers[1:]:
        layer.use = False
    for frame in frames:
        scene.frame_set(frame)
        bpy.ops.render.render()


if __name__ == "__main__":
    scene_file, out, *numbers = sys.argv[sys.argv.index("--") + 1 :]
    run(lambda: bear_witness(scene_file, out, *map(int, numbers)))
