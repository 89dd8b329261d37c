"""A frame as Cycles sees it: the render depsgraph is read while Blender renders, so nothing is evaluated twice."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import bpy

from ...engine.contract.errors import OverpaintError, SceneInvalid
from ...engine.contract.shot import CaptureSettings
from .. import compat
from .borrowing import Loans
from .surfaces import FrameScene, Surface, read_frame


class OverpaintEvaluation(bpy.types.RenderEngine):
    """Renders nothing: Blender evaluates the frame for it as for any other engine, and that is all."""

    bl_idname = "OVERPAINT_EVALUATION"
    bl_label = "Overpaint Evaluation"

    def render(self, depsgraph: bpy.types.Depsgraph) -> None:
        pass


class FrameReader:
    """Renders frames of a scene that is set up for capture, and reads what they show."""

    def __init__(self, scene: bpy.types.Scene, settings: CaptureSettings) -> None:
        self.height = settings.height * settings.pass_scale  # of the passes
        self.seconds = 0.0  # that reading has taken so far, apart from Blender's own work
        self._scene = scene
        self._settings = settings
        self._surfaces: Mapping[str, Surface] = {}
        self._read: FrameScene | OverpaintError | None = None

    def capture(self, frame: int, passes: Path) -> FrameScene:
        """Renders a frame's passes into a file. Raises SceneInvalid for what cannot be captured."""
        self._scene.render.filepath = compat.literal_path(str(passes))
        return self._render(frame, write_still=True)

    def evaluate(self, frame: int) -> FrameScene:
        """The same without the passes, which is far cheaper."""
        with Loans() as loans:
            loans.lend(self._scene.render, engine=OverpaintEvaluation.bl_idname)
            return self._render(frame, write_still=False)

    def _render(self, frame: int, write_still: bool) -> FrameScene:
        self._read = None
        self._scene.frame_current, self._scene.frame_subframe = frame, 0.0
        try:
            bpy.ops.render.render(scene=self._scene.name, write_still=write_still)
        except RuntimeError as error:
            reason = str(error).strip().removeprefix("Error: ")
            raise SceneInvalid(
                f"Blender cannot render frame {frame}: {reason}", "try to render it in Blender"
            ) from error
        if isinstance(self._read, OverpaintError):
            raise self._read
        if self._read is None:  # Blender prints a handler's exception and goes on
            raise OverpaintError(f"frame {frame} could not be read", "the lines above this one say why")
        self._surfaces = self._read.surfaces
        return self._read

    def on_frame(self, scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
        """Called twice for every render; the second time with what a window would show."""
        if depsgraph.mode != "RENDER":
            return
        started = time.monotonic()
        try:
            self._read = read_frame(depsgraph, self._settings, self._surfaces)
        except OverpaintError as error:
            self._read = error
        self.seconds += time.monotonic() - started


@contextmanager
def frame_reader(scene: bpy.types.Scene, settings: CaptureSettings) -> Iterator[FrameReader]:
    """A reader that is at work until the block ends; then the scene is back at its frame."""
    reader = FrameReader(scene, settings)
    with Loans() as loans:
        loans.callback(_remove_new_images, set(bpy.data.images.keys()))
        loans.callback(scene.frame_set, scene.frame_current, subframe=scene.frame_subframe)
        bpy.utils.register_class(OverpaintEvaluation)
        loans.callback(bpy.utils.unregister_class, OverpaintEvaluation)
        bpy.app.handlers.frame_change_post.append(reader.on_frame)
        loans.callback(bpy.app.handlers.frame_change_post.remove, reader.on_frame)
        yield reader


def _remove_new_images(before: set[str]) -> None:
    """Removes Blender's own "Render Result" where there was none."""
    for image in [image for image in bpy.data.images if image.type == "RENDER_RESULT" and image.name not in before]:
        bpy.data.images.remove(image)
