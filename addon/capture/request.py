"""What is asked of a scene, checked against what it has."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import bpy

from ...engine.contract.errors import SceneInvalid, UsageError
from ...engine.contract.frames import Clip, format_frames
from ...engine.contract.options import Size
from ...engine.contract.shot import CaptureSettings, frames_to_capture
from .. import compat
from .cameras import require_pinhole


@dataclass(frozen=True)
class CaptureRequest:
    """The frames that a shot is to hold, and how they are captured."""

    frames: tuple[int, ...]
    settings: CaptureSettings
    camera: bpy.types.Object | None
    """None: the scene's own cameras, with their cuts."""


def scene_named(name: str, context: bpy.types.Context) -> bpy.types.Scene:
    """The scene of that name, or the active one. Raises UsageError naming those there are."""
    return _named(bpy.data.scenes, name, "scene") if name else context.scene


def view_layer_named(scene: bpy.types.Scene, name: str) -> bpy.types.ViewLayer:
    """The view layer of that name, or the first that renders."""
    if name:
        return _named(scene.view_layers, name, "view layer")
    return next((layer for layer in scene.view_layers if layer.use), scene.view_layers[0])


def request_of(scene: bpy.types.Scene, options: argparse.Namespace) -> CaptureRequest:
    """Reads the options of `contract.options.capture_parser`. Raises UsageError or SceneInvalid."""
    _refuse_newer_file()
    clip = scene_clip(scene)
    frames = frames_to_capture(options.frames or (options.clip or clip).frames, options.clip or clip)
    if outside := _outside(clip, frames, options.clip or clip):
        raise UsageError(
            f"the frames {format_frames(outside)} are outside the scene's range {clip}",
            f"choose frames within {clip}, or change the range in the scene",
        )
    if scene.render.use_multiview:
        raise SceneInvalid(
            f"the scene {scene.name!r} renders in stereo", "switch off Stereoscopy in the output properties"
        )
    return CaptureRequest(frames, _settings(scene, options), _camera(scene, options.camera))


def _refuse_newer_file() -> None:
    """Blender opens files of the next versions, and leaves out what it does not know."""
    if compat.is_from_newer_blender():
        raise SceneInvalid(
            f"{bpy.data.filepath} was saved by Blender {'.'.join(map(str, bpy.data.version[:2]))}, "
            f"and this is Blender {bpy.app.version_string}",
            "capture it with a Blender that is as new",
        )


def _outside(scene: Clip, frames: tuple[int, ...], clip: Clip) -> list[int]:
    """Those of the frames that cannot be asked for: after the scene's range, or before it and in the clip.

    Frames before it may be captured, for much begins there; but the look is decided over the range. No scene's range
    can begin below 0: one from 0 on has all frames before it.
    """
    first = min(scene.first, clip.first) if scene.first == 0 else scene.first
    return [frame for frame in frames if frame > scene.last or (frame in clip and frame < first)]


def scene_clip(scene: bpy.types.Scene) -> Clip:
    return Clip(scene.frame_start, scene.frame_end, scene.frame_step)


def scene_size(scene: bpy.types.Scene) -> Size:
    render = scene.render
    return Size(*(side * render.resolution_percentage // 100 for side in (render.resolution_x, render.resolution_y)))


def _settings(scene: bpy.types.Scene, options: argparse.Namespace) -> CaptureSettings:
    width, height = options.resolution or scene_size(scene).checked()
    names = (options.scene, options.view_layer, options.camera)
    autoexec = getattr(options, "enable_autoexec", False)  # in place it is the artist's own setting that counts
    try:
        return CaptureSettings(width, height, options.pass_scale, *names, autoexec)
    except ValueError as error:
        raise UsageError(str(error), "--pass-scale takes 1, 3, 5 ...") from error


def _camera(scene: bpy.types.Scene, name: str) -> bpy.types.Object | None:
    found = [item for item in scene.objects if item.type == "CAMERA"]
    cameras = {item.name: item for item in found}
    cameras |= {item.name_full: item for item in found}  # a linked one may be called as another
    chosen = _named(cameras, name, "camera") if name else None
    for camera in [chosen] if chosen else _own_cameras(scene):
        require_pinhole(camera)
    return chosen


def _own_cameras(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The scene's camera and those that markers switch to. Raises SceneInvalid where there is none."""
    cameras = [marker.camera for marker in scene.timeline_markers if marker.camera]
    cameras += [scene.camera] if scene.camera else []
    if not cameras:
        raise SceneInvalid(f"the scene {scene.name!r} has no camera", "add one to the scene, or choose another scene")
    return cameras


def _named(collection: Any, name: str, kind: str) -> Any:
    if name in collection.keys():  # noqa: SIM118  # a Blender collection without keys() looks for pointers
        return collection[name]
    raise UsageError(f"there is no {kind} called {name!r}", f"the file has {', '.join(map(repr, collection.keys()))}")
