"""Scores frames over the shot that they were rendered from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

import torch

from engine.contract.shot import Shot, read_shot
from engine.score.alarms import alarms_of
from engine.score.memory import share_one_heap
from engine.score.metric import Metric
from engine.score.patches import choose_patches
from engine.score.renders import Render
from engine.score.scores import RenderScores, Scores
from engine.score.sharpness import SHARPNESS, SHARPNESS_RATIO, sharpness_ratio
from engine.score.sources import FRAMES, ScoreRequest, Sources, open_sources
from engine.score.surface_texels import TexelStore
from engine.score.view import ShotWalk, View
from engine.surface.shot_surfaces import RESOLUTION, ShotSurfaces


def score(request: ScoreRequest, on_frame: Callable[[int, int], None] = lambda done, frames: None) -> Scores:
    """Goes through the shot once, frame by frame, and measures all renders side by side.

    Calls on_frame(done, frames) after each frame. Raises ShotInvalid, FramesInvalid, ModelInvalid, WeightsMissing.
    """
    share_one_heap()
    shot = read_shot(request.shot)
    sources = open_sources(request, shot)
    frames = sorted(sources.folders[FRAMES].paths)
    surfaces, texels = ShotSurfaces(request.shot, shot), TexelStore(shot)
    has_tracks = request.tracks > 0 and surfaces.has_geometry
    patches = choose_patches(surfaces, frames, request.tracks, texels.atlas) if has_tracks else []
    walk = ShotWalk(surfaces, frames, texels)
    workers = min(1 + len(sources.renders), os.cpu_count() or 1)  # more would only hold more memory
    # Renders are measured side by side: were each operation split up once more, all would wait for each other.
    with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for done, view in enumerate(_read_ahead(walk.views(patches), pool), start=1):
            added = [pool.submit(render.add, view, walk.remembered(view.frame)) for render in sources.renders]
            for measured in added:
                measured.result()
            on_frame(done, len(frames))
    if texels.atlas.scale < 1:
        sources.warn(f"there are many objects: each has a texture of {texels.atlas.resolution}, not of {RESOLUTION}")
    return _scores(request, shot, frames, sources, surfaces.has_geometry, texels.atlas.resolution)


def _read_ahead(views: Iterator[View], pool: Executor) -> Iterator[View]:
    """Works out the next frame's view while this one's pictures are measured."""
    coming = pool.submit(next, views, None)
    while (view := coming.result()) is not None:
        coming = pool.submit(next, views, None)
        yield view


def _scores(
    request: ScoreRequest, shot: Shot, frames: Sequence[int], sources: Sources, has_geometry: bool, side: int
) -> Scores:
    renders = _with_ratios(sources.renders)
    return Scores(
        shot_folder=request.shot,
        shot=shot,
        frames=tuple(frames),
        correspondence="geometry" if has_geometry else "passes",
        texture_side=side,
        renders=renders,
        folders=sources.folders,
        not_scored=sources.not_scored,
        alarms=tuple(alarms_of(renders[0].metrics)),
        warnings=tuple(sources.warnings),
        clip_model=sources.clip_model,
    )


def _with_ratios(renders: Sequence[Render]) -> tuple[RenderScores, ...]:
    """Every render's metrics, with its sharpness against that of the first reference there is."""
    metrics = {render.key: {metric.definition.key: metric for metric in render.metrics()} for render in renders}
    return tuple(
        RenderScores(
            render.key,
            render.title,
            metrics[render.key] | {SHARPNESS_RATIO.key: _sharpness_ratio(render.key, metrics)},
            render.variance.surfaces(),
        )
        for render in renders
    )


def _sharpness_ratio(key: str, metrics: dict[str, dict[str, Metric]]) -> Metric:
    references = [metrics[other][SHARPNESS.key] for other in ("against", "color") if other in metrics and other != key]
    return sharpness_ratio(metrics[key][SHARPNESS.key], references[0] if references else None)
