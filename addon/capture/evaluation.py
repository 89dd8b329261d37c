"""A frame as Cycles sees it: the render depsgraph is read while Blender renders, so nothing is evaluated twice."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import bpy

from ...engine.contract.errors import OverpaintError, SceneInvalid
from ...engine.contract.shot import CaptureSettings
from .. import compat
from .borrowing import Loans
from .identity import write_places
from .simulations import leave_no_cache_files, live_simulations
from .surfaces import FrameScene, Surface, read_frame
from .uv_layers import UvLayers


class OverpaintEvaluation(bpy.types.RenderEngine):
    """Renders nothing: Blender evaluates the frame for it as for any other engine, and that is all."""

    bl_idname = "OVERPAINT_EVALUATION"
    bl_label = "Overpaint Evaluation"

    def render(self, depsgraph: bpy.types.Depsgraph) -> None:
        pass


class FrameReader:
    """Renders frames of a scene that is set up for capture, and reads what they show."""

    def __init__(self, scene: bpy.types.Scene, settings: CaptureSettings, loans: Loans) -> None:
        self.height = settings.height * settings.pass_scale  # of the passes
        self.seconds = 0.0  # that reading has taken so far, apart from Blender's own work
        self._scene = scene
        self._settings = settings
        self._loans = loans
        self._surfaces: Mapping[str, Surface] = {}
        self._layers = UvLayers()
        self._layers_are_chosen = False
        self._read: FrameScene | OverpaintError | None = None
        self._reads = True
        self._simulations = tuple(live_simulations(scene))
        self._next_step: int | None = None

    def capture(self, frame: int, passes: Path) -> FrameScene:
        """Renders a frame's passes into a file. Raises SceneInvalid for what cannot be captured."""
        for _ in self.simulate_to(frame):
            pass
        self._scene.render.filepath = compat.literal_path(str(passes))
        self._render(frame, write_still=True)
        found = self._frame_scene(frame)
        if found.tied and write_places(self._loans, self._scene):
            self._render(frame, write_still=True)
        return found

    def evaluate(self, frame: int) -> FrameScene:
        """The same without the passes, which is far cheaper."""
        for _ in self.simulate_to(frame):
            pass
        with self._evaluation_only():
            self._render(frame, write_still=False)
        return self._frame_scene(frame)

    def simulate_to(self, frame: int) -> Iterator[tuple[int, int]]:
        """Steps through what a frame needs of simulations that are not baked; yields how many steps of how many.

        Blender keeps what it simulated, so no step is made twice, and rendering the frame reads it from there.
        """
        self._choose_layers(frame)
        if not self._simulations:
            return
        if self._next_step is None:
            for simulation in self._simulations:
                simulation.forget()
            self._next_step = min(simulation.first_frame for simulation in self._simulations)
        render = self._scene.render
        first, last = self._next_step, math.ceil(frame * render.frame_map_old / render.frame_map_new)
        with self._evaluation_only() as loans:
            loans.lend(self, _reads=False)
            loans.lend(render, frame_map_old=100, frame_map_new=100)  # simulations pass in their own time
            for step in range(first, last + 1):
                self._render(step, write_still=False)
                self._next_step = step + 1
                yield step - first + 1, last - first + 1

    def _choose_layers(self, frame: int) -> None:
        """Looks at the scene's first frame before any other, so that UVs do not depend on the frames that are asked."""
        if not self._layers_are_chosen:
            self._layers_are_chosen = True
            if frame != self._scene.frame_start:
                self.evaluate(self._scene.frame_start)

    @contextmanager
    def _evaluation_only(self) -> Iterator[Loans]:
        with Loans() as loans:
            loans.lend(self._scene.render, engine=OverpaintEvaluation.bl_idname)
            yield loans

    def _render(self, frame: int, write_still: bool) -> None:
        self._read = None
        self._scene.frame_current, self._scene.frame_subframe = frame, 0.0
        try:
            bpy.ops.render.render(scene=self._scene.name, write_still=write_still)
        except RuntimeError as error:
            reason = str(error).strip().removeprefix("Error: ")
            raise SceneInvalid(
                f"Blender cannot render frame {frame}: {reason}", "try to render it in Blender"
            ) from error

    def _frame_scene(self, frame: int) -> FrameScene:
        if isinstance(self._read, OverpaintError):
            raise self._read
        if self._read is None:  # Blender prints a handler's exception and goes on
            raise OverpaintError(f"frame {frame} could not be read", "the lines above this one say why")
        self._surfaces = self._read.surfaces
        return self._read

    def on_frame(self, scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
        """Called twice for every render; the second time with what a window would show."""
        if depsgraph.mode != "RENDER" or not self._reads:
            return
        started = time.monotonic()
        try:
            self._read = read_frame(depsgraph, self._settings, self._surfaces, self._layers)
        except OverpaintError as error:
            self._read = error
        self.seconds += time.monotonic() - started


@contextmanager
def frame_reader(scene: bpy.types.Scene, settings: CaptureSettings) -> Iterator[FrameReader]:
    """A reader that is at work until the block ends; then the scene is back at its frame."""
    with Loans() as loans:
        reader = FrameReader(scene, settings, loans)
        loans.callback(_remove_new_images, set(bpy.data.images.keys()))
        leave_no_cache_files(loans, scene)
        loans.lend(bpy.context.preferences.edit, use_negative_frames=True)  # else they become frame 0
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
