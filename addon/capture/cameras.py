"""Blender's camera of a frame, as the shot folder describes it."""

from __future__ import annotations

import bpy
import numpy as np

from ...engine.contract.errors import SceneInvalid
from ...engine.contract.shot import Camera

PROJECTIONS = {"PERSP": "perspective", "ORTHO": "orthographic"}


def read_camera(depsgraph: bpy.types.Depsgraph, width: int, height: int) -> Camera:
    """The camera that renders this frame, markers obeyed. Raises SceneInvalid where its rays are no pinhole's."""
    scene = depsgraph.scene
    if scene.camera is None:
        raise SceneInvalid(f"the scene {scene.name!r} has no camera", "add one, or choose another with --scene")
    camera = scene.camera.evaluated_get(depsgraph)
    require_pinhole(camera)
    render = scene.render
    projection = np.array(
        camera.calc_matrix_camera(
            depsgraph, x=width, y=height, scale_x=render.pixel_aspect_x, scale_y=render.pixel_aspect_y
        )
    )
    return Camera(
        name=camera.name_full,  # a linked one may be called as another
        projection=PROJECTIONS[camera.data.type],
        intrinsics=_intrinsics(projection, width, height, camera.data.type == "ORTHO"),
        world_to_camera=_world_to_camera(np.array(camera.matrix_world, dtype=np.float64)),
    )


def require_pinhole(camera: bpy.types.Object) -> None:
    if camera.type != "CAMERA" or camera.data.type not in PROJECTIONS:
        kind = camera.data.type.lower() if camera.type == "CAMERA" else camera.type.lower()
        raise SceneInvalid(
            f"the camera {camera.name!r} is of the type {kind}",
            "make it a perspective or orthographic camera, or choose another with --camera",
        )


def _intrinsics(projection: np.ndarray, width: int, height: int, orthographic: bool) -> np.ndarray:
    """From Blender's 4×4 projection (y up, -z forward, to -1..1) to pixels (y down, z forward)."""
    x, y = projection[0], projection[1]
    offset = (x[3], -y[3]) if orthographic else (-x[2], y[2])
    return np.array(
        [
            [x[0] * width / 2, 0.0, (1 + offset[0]) * width / 2],
            [0.0, y[1] * height / 2, (1 + offset[1]) * height / 2],
            [0.0, 0.0, 1.0],
        ]
    )


def _world_to_camera(matrix_world: np.ndarray) -> np.ndarray:
    """Cycles casts rays along the camera's axes at length one, whatever the object's scale."""
    camera_to_world = matrix_world.copy()
    camera_to_world[:3, :3] /= np.linalg.norm(camera_to_world[:3, :3], axis=0)
    camera_to_world[:3, 1:3] *= -1
    return np.linalg.inv(camera_to_world)
