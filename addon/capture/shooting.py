"""The capture: frame after frame, from the scene into the shot folder."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import bpy

from ...engine.contract import VERSION
from ...engine.contract.errors import SceneInvalid
from ...engine.contract.files import atomic
from ...engine.contract.messages import Emit, FrameWritten, Progress, Warned
from ...engine.contract.shot import Shot, passes_path
from ...engine.contract.uv_warnings import is_final
from .cache_files import leave_no_cache_files
from .caveats import caveats, lost_holes
from .evaluation import FrameReader, frame_reader
from .passes_file import PassesFile
from .previous import remove_strays
from .recipe import channels_of, exact_passes
from .record import ShotRecord
from .request import CaptureRequest, scene_clip, scene_size
from .scripts import scripts_not_run
from .store import GeometryStore
from .surfaces import FrameScene

logger = logging.getLogger(__name__)


def empty_shot(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, request: CaptureRequest) -> Shot:
    """The shot before its first frame, and before the scene is set up for it."""
    return Shot(
        fps=scene.render.fps / round(scene.render.fps_base, 6),  # 1.001 is kept as the nearest 32-bit float
        clip=scene_clip(scene),
        channels=channels_of(view_layer),
        capture=request.settings,
        scene_size=scene_size(scene),
        generator=f"Overpaint {VERSION}, Blender {bpy.app.version_string}",
        warnings=tuple(caveats(scene, view_layer, request.frames)),
    )


@contextmanager
def ready_to_shoot(
    scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, request: CaptureRequest, written: Set[Path] = frozenset()
) -> Iterator[FrameReader]:
    """A reader of the scene, which is set up for capture until the block ends, and then as it was. Then the files are
    gone that its simulations write, and of those that were `written` just before the ones that are theirs."""
    with exact_passes(scene, view_layer, request.settings) as loans:
        if request.camera:
            for marker in scene.timeline_markers:
                loans.lend(marker, camera=None)
            loans.lend(scene, camera=request.camera)
        leave_no_cache_files(loans, scene, written)
        with frame_reader(scene, request.settings) as reader:
            yield reader


def shoot(
    reader: FrameReader, folder: Path, shot: Shot, frames: tuple[int, ...], emit: Emit, look_at: tuple[int, ...]
) -> Shot:
    """Captures `frames` into the folder of `shot`, in their order, and returns the shot with them.

    Something has to be in view in one of the frames `look_at`, if there are any. Raises SceneInvalid for what cannot
    be captured, and OutputUnwritable; the frames before are kept.
    """
    record = ShotRecord(folder, shot)
    store = GeometryStore(folder, known=shot.objects)
    remove_strays(folder)
    _warn([warning for warning in record.shot.warnings if is_final(warning)], emit)
    record.save()
    started, storing = time.monotonic(), 0.0
    try:
        for done, frame in enumerate(frames):
            at_work = _progress(frame, done, len(frames), started)
            emit(at_work)
            for step, steps in reader.simulate_to(frame):
                share = (done + step / (steps + 1)) / len(frames)
                emit(replace(at_work, step=step, steps=steps + 1, share=share))
            frame_scene, content = _render(reader, frame, folder, shot, is_first=done == 0)
            if look_at and not record.shot.frames:
                _require_something(reader, frame_scene, look_at, shot)
            rendered = time.monotonic()
            motion = store.write(frame, frame_scene)
            _warn(record.add(frame, frame_scene, content, motion), emit)
            if done == 0:
                _warn(record.warn(_known_at_work(reader)), emit)
            storing += time.monotonic() - rendered
            record.save(now=False)
            emit(FrameWritten(frame, str(passes_path(folder, frame))))
    finally:
        record.save()
    if frames:
        emit(_progress(frames[-1], len(frames), len(frames), started))
        logger.info("geometry and motion took %.4f s per frame", (reader.seconds + storing) / len(frames))
    return record.shot


def _known_at_work(reader: FrameReader) -> list[str]:
    """Warnings that are known once a frame is captured."""
    return [*reader.opening_caveats, *scripts_not_run(), *lost_holes()]


def _render(reader: FrameReader, frame: int, folder: Path, shot: Shot, is_first: bool) -> tuple[FrameScene, str]:
    """What the frame shows, with its content; the passes lie in the folder afterwards."""
    final_path, scale = passes_path(folder, frame), shot.capture.pass_scale
    with atomic(final_path) as temporary:
        frame_scene = reader.capture(frame, temporary)
        passes = PassesFile(temporary, scale * shot.height, scale * shot.width, shot.channels)
        passes.require_whole(final_path)
        return frame_scene, passes.content(frame, frame_scene, is_first)


def _require_something(reader: FrameReader, first: FrameScene, frames: tuple[int, ...], shot: Shot) -> None:
    """Raises SceneInvalid if no frame shows anything; asked before all of them are rendered."""
    if first.in_view(shot.capture).any():
        return
    if not any(reader.evaluate(frame).in_view(shot.capture).any() for frame in frames):
        raise SceneInvalid(
            "no mesh is in view of the camera in any of the frames",
            "turn the camera to a mesh that is visible in renders, or choose other frames",
        )


def _progress(frame: int, done: int, frames: int, started: float) -> Progress:
    eta = (time.monotonic() - started) / done * (frames - done) if done else None
    return Progress("capture", frame=frame, done=done, frames=frames, eta_s=eta)


def _warn(warnings: Sequence[str], emit: Emit) -> None:
    for warning in warnings:
        emit(Warned(warning))
