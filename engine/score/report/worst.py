"""The frames that change most, and where in the picture they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.score.filters import look_up
from engine.score.pictures import Picture
from engine.score.scores import Scores
from engine.score.sources import FRAMES
from engine.score.surface_texels import TexelStore
from engine.score.view import ShotWalk, View
from engine.surface.shot_surfaces import ShotSurfaces

COUNT = 4
LOOKED_AT = ("warp_error_1", "flicker", "uv_mse")
"""The first of these that has a value decides which frames are the worst."""


@dataclass(frozen=True, eq=False)
class WorstFrame:
    """A frame beside the one before it."""

    frame: int
    value: float
    metric: str
    previous: Picture
    current: Picture
    error: np.ndarray
    """(height, width): the error of the warp from the previous frame, NaN where the surface was not seen there."""


def worst_frames(scores: Scores) -> list[WorstFrame]:
    """The worst first; none where nothing is defined from frame to frame."""
    metrics = scores.renders[0].metrics
    surfaces = ShotSurfaces(scores.shot_folder, scores.shot)
    texels = TexelStore(surfaces)
    for key in LOOKED_AT:
        if values := metrics[key].per_frame:
            worst = sorted(values, key=lambda frame: -values[frame])[:COUNT]
            name = metrics[key].definition.name
            return [
                _look_at(
                    scores, ShotWalk(surfaces, (frame - scores.shot.clip.step, frame), texels), values[frame], name
                )
                for frame in worst
            ]
    return []


def _look_at(scores: Scores, walk: ShotWalk, value: float, metric: str) -> WorstFrame:
    frames, size = scores.folders[FRAMES], (scores.shot.width, scores.shot.height)
    before, frame = walk.frames
    *_, view = walk.views()
    previous, current = frames.read(before, size), frames.read(frame, size)
    return WorstFrame(frame, value, metric, previous, current, _error(view, previous, current))


def _error(view: View, previous: Picture, current: Picture) -> np.ndarray:
    warp = view.warps["1"].warp
    error = np.full(warp.seen.shape, np.nan, np.float32)
    carried = look_up(previous.rgb, warp.position[warp.seen])
    error[warp.seen] = abs(current.rgb[warp.seen] - carried).mean(axis=1)
    return error
