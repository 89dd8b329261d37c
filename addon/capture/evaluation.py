"""A frame as Cycles sees it: the render depsgraph is read while Blender renders, so nothing is evaluated twice."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import bpy

from ...engine.contract.errors import OverpaintError, SceneInvalid
from ...engine.contract.shot import CaptureSettings, ShotObject, geometry_path
from .. import compat
from .borrowing import Loans
from .identity import write_places
from .materials import has_holes
from .playback import Playback
from .precision import far_from_origin
from .surfaces import FrameScene, Surface, prepare_frame
from .uv_layers import UvLayers


class FrameReader:
    """Renders frames of a scene that is set up for capture, and reads what they show."""

    def __init__(self, scene: bpy.types.Scene, settings: CaptureSettings, loans: Loans) -> None:
        self.seconds = 0.0  # that reading has taken so far, apart from Blender's own work
        self.opening_caveats: tuple[str, ...] = ()  # of the first frame that was read, which is the scene's own first
        self._scene = scene
        self._settings = settings
        self._loans = loans
        self._surfaces: Mapping[str, Surface] = {}
        self._layers = UvLayers()
        self._layers_are_chosen = False
        self._read: FrameScene | OverpaintError | None = None
        self._reads = True
        self._playback = Playback(scene)

    @property
    def has_holes(self) -> bool:
        """Whether materials may cut holes into surfaces."""
        return has_holes(self._scene)

    def go_on_with(self, folder: Path, objects: Iterable[ShotObject]) -> None:
        """Gives surfaces the UVs that they have in an earlier capture, where these depend on how they lay then. To be
        called before any frame is captured or evaluated, or to start afresh."""
        self._layers = UvLayers({item.key: geometry_path(folder, item.geometry) for item in objects})
        self._layers_are_chosen = False
        self._surfaces = {}

    def capture(self, frame: int, passes: Path) -> FrameScene:
        """Renders a frame's passes into a file. Raises SceneInvalid for what cannot be captured."""
        self._scene.render.filepath = compat.literal_path(str(passes))
        found = self._read_frame(frame, write_still=True)
        if found.tied and write_places(self._loans, self._scene):
            found = self._read_frame(frame, write_still=True)
        return found

    def evaluate(self, frame: int) -> FrameScene:
        """The same without the passes, which is far cheaper."""
        with self._evaluation_only():
            return self._read_frame(frame, write_still=False)

    def simulate_to(self, frame: int) -> Iterator[tuple[int, int]]:
        """Steps through what a frame needs of simulations that are not baked; yields how many steps of how many."""
        self._choose_layers(frame)
        steps = self._playback.steps_to(frame)
        with self._evaluation_only() as loans:
            loans.lend(self, _reads=False)
            loans.lend(self._scene.render, frame_map_old=100, frame_map_new=100)  # simulations pass in their own time
            self._playback.rewind_for(steps)
            for number, step in enumerate(steps, start=1):
                self._step_to(step)
                yield number, len(steps)

    def _choose_layers(self, frame: int) -> None:
        """Looks at the scene's first frame before any other, so that UVs do not depend on the frames that are asked."""
        if not self._layers_are_chosen:
            self._layers_are_chosen = True
            if frame != self._scene.frame_start:
                self.evaluate(self._scene.frame_start)

    @contextmanager
    def _evaluation_only(self) -> Iterator[Loans]:
        """Blender evaluates what is rendered in it as for any other render, and that is all.

        Another engine would not do: what is evaluated, and how far its simulations are, is the engine's own.
        """
        with Loans() as loans:
            loans.lend(bpy.types.RenderEngine.bl_rna_get_subclass_py("CYCLES"), render=_render_nothing)
            yield loans

    def _read_frame(self, frame: int, write_still: bool) -> FrameScene:
        for _ in self.simulate_to(frame):
            pass
        self._render(frame, write_still)
        if isinstance(self._read, OverpaintError):
            raise self._read
        if self._read is None:  # Blender prints a handler's exception and goes on
            raise OverpaintError(f"frame {frame} could not be read", "the lines above this one say why")
        if not self._surfaces:
            self.opening_caveats = tuple(far_from_origin(self._read, self._settings))
        self._surfaces = self._read.surfaces
        return self._read

    def _step_to(self, frame: int) -> None:
        if self._playback.is_lost_in_renders(frame):
            self._scene.frame_set(frame)
            self._playback.passed(frame, rendered=False)
        else:
            self._render(frame, write_still=False)

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
        self._playback.passed(frame, rendered=True)

    def on_frame(self, scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
        """Called twice for every render; the second time with what a window would show."""
        if depsgraph.mode != "RENDER" or not self._reads:
            return
        for instance in depsgraph.object_instances:
            _ = instance.object.data  # Blender puts off subdivision until then, and Cycles needs it anyway
        started = time.monotonic()
        try:
            self._read = prepare_frame(depsgraph, self._settings, self._surfaces, self._layers)
        except OverpaintError as error:
            self._read = error
        self.seconds += time.monotonic() - started


@contextmanager
def frame_reader(scene: bpy.types.Scene, settings: CaptureSettings) -> Iterator[FrameReader]:
    """A reader that is at work until the block ends; then the scene is back at its frame."""
    with Loans() as loans:
        reader = FrameReader(scene, settings, loans)
        loans.callback(_remove_new_images, set(bpy.data.images.keys()))
        loans.lend(bpy.context.preferences.edit, use_negative_frames=True)  # else they become frame 0
        loans.callback(scene.frame_set, scene.frame_current, subframe=scene.frame_subframe)
        bpy.app.handlers.frame_change_post.append(reader.on_frame)
        loans.callback(bpy.app.handlers.frame_change_post.remove, reader.on_frame)
        yield reader


def _render_nothing(engine: bpy.types.RenderEngine, depsgraph: bpy.types.Depsgraph) -> None:
    """What Cycles does in the place of rendering while only the evaluation is wanted."""


def _remove_new_images(before: set[str]) -> None:
    """Removes Blender's own "Render Result" where there was none."""
    for image in [image for image in bpy.data.images if image.type == "RENDER_RESULT" and image.name not in before]:
        bpy.data.images.remove(image)
