"""How the look of small patches of the surface drifts along the tracks of their points."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.score.filters import look_up
from engine.score.measure import Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.pictures import LUMA
from engine.score.view import View

ENOUGH = 25
"""Points of a patch that both frames have to show."""
FLAT = 2 / 255
"""A patch whose luma has a smaller standard deviation has no pattern to recognise."""

TRACK_DRIFT = Definition(
    "track_drift",
    "Drift along tracks",
    "sRGB value in [0, 1]",
    Better.LOWER,
    "How much the colours of a patch of the surface differ from what it looked like where its track begins.",
)
TRACK_SIMILARITY = Definition(
    "track_similarity",
    "Pattern kept along tracks",
    "correlation",
    Better.HIGHER,
    "How well the pattern of a patch is recognised along its track, whatever its brightness and contrast.",
)


class PatchDrift:
    """Patches of 7x7 surface points around tracked points, each the surface under 7x7 pixels of the frame in which its
    point was chosen; every point is followed on its own, so that perspective and deformation are accounted for exactly.
    In each other frame of the take that shows at least 25 points of a patch, within their object:

    `track_drift` is the root of the mean squared difference of their colours (bilinear) from those in the frame in
    which the point was chosen; `track_similarity` is the correlation of their lumas with those, for patches whose
    luma has a standard deviation of at least 2/255 in both. Both are means over patches and frames.
    """

    def __init__(self, no_tracks: str = "") -> None:
        """`no_tracks` says why there are no patches to follow, if so."""
        self._no_tracks = no_tracks
        self._shown: dict[int, list[tuple[int, np.ndarray, np.ndarray]]] = {}

    def add(self, view: View, pictures: Pictures) -> None:
        for patches in view.patches:
            # Kept for all frames, so half as large: rounded by less than 0.0003, a tenth of an 8-bit step.
            colours = np.zeros((*patches.seen.shape, 3), np.float16)
            colours[patches.seen] = look_up(pictures.current.rgb, patches.position[patches.seen])
            self._shown.setdefault(patches.query_frame, []).append((view.frame, colours, patches.seen))

    def metrics(self) -> list[Metric]:
        drift, similarity = Series(), Series()
        for frame, differences, similarities in self._compared():
            drift.add(frame, differences.sum(), len(differences))
            similarity.add(frame, similarities.sum(), len(similarities))
        why_not = self._no_tracks or "not defined: no patch of the surface is seen in two frames of a take"
        flat = "not defined: no patch has a pattern to recognise" if drift.weights else why_not
        return [
            Metric.of(TRACK_DRIFT, drift.mean, dict(sorted(drift.per_frame.items())), why_not),
            Metric.of(TRACK_SIMILARITY, similarity.mean, dict(sorted(similarity.per_frame.items())), flat),
        ]

    def _compared(self) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Frame by frame: the differences of the patches seen, and the correlations of those with a pattern."""
        by_frame: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
        for query_frame, shown in self._shown.items():
            reference = next((entry for entry in shown if entry[0] == query_frame), None)
            for frame, colours, seen in shown if reference else ():
                if frame != query_frame and reference:
                    both = (seen & reference[2])[..., None]
                    compared = compare_patches(colours.astype(np.float32), reference[1].astype(np.float32), both)
                    by_frame.setdefault(frame, []).append(compared)
        for frame, parts in by_frame.items():
            differences, similarities = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
            yield frame, differences, similarities


def compare_patches(
    colours: np.ndarray,  # (N, P, 3)
    reference: np.ndarray,  # (N, P, 3)
    both: np.ndarray,  # (N, P, 1) bool, the points that are seen in both
) -> tuple[np.ndarray, np.ndarray]:
    """Root mean squared differences of the patches with ENOUGH points, and correlations of those with a pattern,
    too."""
    enough = both.sum(axis=(1, 2)) >= ENOUGH
    colours, reference, both = colours[enough], reference[enough], both[enough]
    counts = both.sum(axis=(1, 2))
    squares = ((colours - reference) ** 2 * both).sum(axis=(1, 2)) / (3 * counts)
    lumas = np.stack([colours @ LUMA, reference @ LUMA])  # (2, N, P)
    weights = both[..., 0]
    lumas = (lumas - ((lumas * weights).sum(axis=-1) / counts)[..., None]) * weights
    spread = np.sqrt((lumas**2).sum(axis=-1) / counts)
    patterned = (spread >= FLAT).all(axis=0)
    products = (lumas[0] * lumas[1]).sum(axis=-1) / counts
    return np.sqrt(squares), products[patterned] / spread.prod(axis=0)[patterned]
