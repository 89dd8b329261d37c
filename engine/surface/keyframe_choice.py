"""Which frames of a clip become keyframes: those that together see most of its surfaces."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from engine.surface.cells import NO_CELL
from engine.surface.layer_cells import LayerCells

GAIN_STEPS = 1024
"""Of a cosine: gains are whole numbers, so that their sum is the same in any order."""


def covering_keyframes(candidates: Mapping[int, LayerCells], count: int) -> tuple[int, ...]:
    """At most `count` of these frames, greedily: each adds the most to the cells that those before it see, a cell
    counting by the cosine at which the frame looks at it.

    Of equals comes the one farthest in time from those before, then the lowest. The first is the anchor. Where no frame
    sees a cell they are spread evenly.
    """
    gains = {frame: _cell_gains(shown) for frame, shown in candidates.items()}
    if not any(len(cells) for cells, _ in gains.values()):
        return spread_keyframes(sorted(candidates), count)
    chosen: list[int] = []
    covered = np.zeros(0, np.int64)
    while len(chosen) < min(count, len(candidates)):
        left = sorted(set(candidates).difference(chosen))
        added = {frame: int(gains[frame][1][~np.isin(gains[frame][0], covered)].sum()) for frame in left}
        chosen.append(max(left, key=lambda frame: (added[frame], _time_apart(frame, chosen), -frame)))
        covered = np.union1d(covered, gains[chosen[-1]][0])
    return tuple(chosen)


def spread_keyframes(frames: Sequence[int], count: int) -> tuple[int, ...]:
    """The middles of `count` equal parts of these frames, in their order; all of them if there are no more."""
    count = min(count, len(frames))
    return tuple(frames[(2 * part + 1) * len(frames) // (2 * count)] for part in range(count))


def _cell_gains(shown: LayerCells) -> tuple[np.ndarray, np.ndarray]:
    """The cells (N,) that a frame sees, each once, and what each is worth, (N,) int64: by its best pixel."""
    is_cell = shown.cells != NO_CELL
    cells, cell = np.unique(shown.cells[is_cell], return_inverse=True)
    gain = np.zeros(len(cells), np.int64)
    np.maximum.at(gain, cell, np.rint(shown.view_cosine[is_cell] * GAIN_STEPS).astype(np.int64))
    return cells, gain


def _time_apart(frame: int, others: Collection[int]) -> int:
    """From the nearest of them."""
    return min((abs(frame - other) for other in others), default=0)
