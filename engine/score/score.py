"""Scores frames over the shot that they were rendered from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

from engine.contract.shot import read_shot
from engine.score.alarms import alarms_of
from engine.score.memory import share_one_heap
from engine.score.metric import Metric
from engine.score.patches import choose_patches
from engine.score.renders import Render
from engine.score.scores import RenderScores, Scores
from engine.score.sharpness import SHARPNESS, SHARPNESS_RATIOS, sharpness_ratio
from engine.score.sources import TRACKS, ScoreRequest, Sources, open_sources, source_renders
from engine.score.surface_texels import TexelStore
from engine.score.view import ShotWalk, View
from engine.surface.shot_surfaces import RESOLUTION, ShotSurfaces

OnFrame = Callable[[int, int], None]


def score(request: ScoreRequest, on_frame: OnFrame = lambda done, frames: None) -> Scores:
    """What the command scores: some frames, and what they are compared with.

    Calls on_frame(done, frames) after each frame. Raises ShotInvalid, FramesInvalid, ModelInvalid, WeightsMissing.
    """
    return _score(open_sources(request, read_shot(request.shot)), on_frame)


def score_renders(
    shot_folder: Path, renders: Mapping[str, Path | Mapping[int, np.ndarray]], tracks: int = TRACKS
) -> Scores:
    """Scores any number of renders over one shot by everything but CLIP, and the floor, whose key is `floor`.

    A render is a folder of frames, or pictures (height, width, 3) in sRGB from 0 to 1 by frame number; the scores have
    them in the order and by the names of `renders`. The shot is gone through once for all of them, so that giving
    twenty at a time costs far less than twenty calls. Raises ShotInvalid, FramesInvalid.
    """
    return _score(source_renders(shot_folder, read_shot(shot_folder), renders, tracks), lambda done, frames: None)


def _score(sources: Sources, on_frame: OnFrame) -> Scores:
    """Goes through the shot once, frame by frame, and measures all renders side by side."""
    share_one_heap()
    surfaces = ShotSurfaces(sources.shot_folder, sources.shot)
    texels = TexelStore(surfaces)
    patches = choose_patches(surfaces, sources.frames, sources.tracks, texels.atlas) if not sources.no_tracks else []
    walk = ShotWalk(surfaces, sources.frames, texels)
    workers = min(1 + len(sources.renders), os.cpu_count() or 1)  # more would only hold more memory
    # Renders are measured side by side: were each operation split up once more, all would wait for each other.
    with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for done, view in enumerate(_read_ahead(walk.views(patches), pool), start=1):
            added = [pool.submit(render.add, view, walk.remembered(view.frame)) for render in sources.renders]
            for measured in added:
                measured.result()
            on_frame(done, len(sources.frames))
    if (side := texels.atlas.smallest) < RESOLUTION:
        sources.warn(
            f"there are textures of {side}x{side} texels, to save memory: UV-MSE is comparable with published tables "
            f"only at {RESOLUTION}x{RESOLUTION}"
        )
    return _scores(sources, surfaces.has_geometry, texels.atlas.resolution)


def _read_ahead(views: Iterator[View], pool: Executor) -> Iterator[View]:
    """Works out the next frame's view while this one's pictures are measured."""
    coming = pool.submit(next, views, None)
    while (view := coming.result()) is not None:
        coming = pool.submit(next, views, None)
        yield view


def _scores(sources: Sources, has_geometry: bool, side: int) -> Scores:
    renders = _with_ratios(sources.renders)
    return Scores(
        shot_folder=sources.shot_folder,
        shot=sources.shot,
        frames=sources.frames,
        correspondence="geometry" if has_geometry else "passes",
        texture_side=side,
        renders=renders,
        folders=sources.folders,
        not_scored=sources.not_scored,
        alarms=tuple(_alarms(renders, sources.judged)),
        warnings=tuple(sources.warnings),
        clip_model=sources.clip_model,
    )


def _alarms(renders: Sequence[RenderScores], judged: Sequence[str]) -> Iterator[str]:
    for render in renders:
        if render.key in judged:
            yield from (f"{render.title}: {sentence}" for sentence in alarms_of(render.metrics))


def _with_ratios(renders: Sequence[Render]) -> tuple[RenderScores, ...]:
    """Every render's metrics, with its sharpness against that of each reference there is."""
    metrics = {render.key: {metric.definition.key: metric for metric in render.metrics()} for render in renders}
    return tuple(
        RenderScores(
            render.key, render.title, metrics[render.key] | _ratios(render.key, metrics), render.variance.surfaces()
        )
        for render in renders
    )


def _ratios(key: str, metrics: Mapping[str, Mapping[str, Metric]]) -> dict[str, Metric]:
    return {
        definition.key: sharpness_ratio(definition, metrics[key][SHARPNESS.key], metrics[reference][SHARPNESS.key])
        for reference, definition in SHARPNESS_RATIOS.items()
        if reference in metrics and reference != key
    }
