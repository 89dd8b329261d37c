"""Whether the painted outlines lie where the shot's objects have theirs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.score.filters import BoxSums, gradient_length
from engine.score.measure import Pictures, Series
from engine.score.metric import Better, Definition, Metric
from engine.score.view import BAND, View
from engine.surface.object_ids import present_ids

NO_EDGE = 0.001
"""A gradient of luma per pixel that nobody sees."""
WINDOW = 8
"""Pixels around one from which the colours on both sides of the outline are taken."""

SILHOUETTE_IOU = Definition(
    "silhouette_iou",
    "Silhouette IoU",
    "intersection over union",
    Better.HIGHER,
    "How well the painted objects fill their outlines; about 0.33 where colours have nothing to do with them.",
)
EDGE_ALIGNMENT = Definition(
    "edge_alignment",
    "Edge alignment",
    "ratio",
    Better.HIGHER,
    "How much stronger the picture's edges are on the objects' outlines than beside them; 1 where they are unrelated.",
)


class Outlines:
    """Both look at the band of 4 px to either side of every outline between two objects, or an object and the
    background.

    `silhouette_iou`: a pixel p of an object's band counts as painted as the object where its colour is nearer to the
    mean colour of the object's pixels within 8 px than to that of all others, p itself left out; intersection over
    union of these pixels and of those that show the object, both within the band, summed over objects and frames.
    Where the file has alpha, the silhouette of all objects together is alpha > 0.5 instead, over the whole picture.
    `edge_alignment`: the mean length of luma's gradient on the outlines (pixels with a neighbour of another id),
    divided by its mean over the rest of the band (0.001 at least); the mean over frames.
    """

    def __init__(self) -> None:
        self._overlap, self._alignment = Series(), Series()

    def add(self, view: View, pictures: Pictures) -> None:
        if not view.outline.any():
            return
        picture = pictures.current
        if picture.alpha is not None:
            painted, expected = picture.alpha > 0.5, view.passes.is_surface
            self._overlap.add(view.frame, (painted & expected).sum(), (painted | expected).sum())
        else:
            overlaps = [*_overlaps(view.passes.object_id, view.band, picture.rgb)]
            self._overlap.add(view.frame, sum(both for both, _ in overlaps), sum(either for _, either in overlaps))
        edges = gradient_length(picture.luma)
        beside = edges[view.band & ~view.outline].mean()
        self._alignment.add(view.frame, edges[view.outline].mean() / max(beside, NO_EDGE), 1)

    def metrics(self) -> list[Metric]:
        unseen = "not defined: no outline is seen"
        return [
            Metric.of(SILHOUETTE_IOU, self._overlap.mean, self._overlap.per_frame, unseen),
            Metric.of(EDGE_ALIGNMENT, self._alignment.mean, self._alignment.per_frame, unseen),
        ]


def _overlaps(object_id: np.ndarray, band: np.ndarray, rgb: np.ndarray) -> Iterator[tuple[int, int]]:
    """Intersection and union, in pixels, of every object's painted and expected silhouette within its band."""
    counted = np.dstack([rgb, np.ones(band.shape, np.float32)])
    everything = BoxSums(counted)
    for number in present_ids(object_id[band]):
        mask = object_id == number
        near, wide = _around(mask, BAND), _around(mask, BAND + WINDOW)
        rows, columns = (places + part.start for places, part in zip(np.nonzero(band[near]), near, strict=True))
        own_table = BoxSums(counted[wide] * mask[wide][..., None])
        own = own_table.around(rows - wide[0].start, columns - wide[1].start, WINDOW)
        other = everything.around(rows, columns, WINDOW) - own
        painted, inside = _painted(counted[rows, columns], mask[rows, columns], own, other)
        yield int((painted & inside).sum()), int((painted | inside).sum())


def _painted(
    colours: np.ndarray,  # (P, 4), and 1
    inside: np.ndarray,  # (P,) bool, the pixel shows the object
    own: np.ndarray,  # (P, 4), sums over the object's pixels near by, their number last
    other: np.ndarray,  # (P, 4), the same over all others
) -> tuple[np.ndarray, np.ndarray]:
    """Of the pixels that have both sides near by: whether each is coloured as the object, and whether it shows it."""
    own = own - colours * inside[:, None]
    other = other - colours * ~inside[:, None]
    known = (own[:, 3] > 0.5) & (other[:, 3] > 0.5)
    nearer = _distance(colours[known], own[known]) < _distance(colours[known], other[known])
    return nearer, inside[known]


def _distance(colours: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Squared, from colours (P, 4) to the means of sums (P, 4) of colours and counts."""
    return ((colours[:, :3] - sums[:, :3] / sums[:, 3:]) ** 2).sum(axis=1)


def _around(mask: np.ndarray, margin: int) -> tuple[slice, slice]:
    """The rows and columns of a mask's bounding box, and of a margin around it as far as the picture goes."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = mask.shape
    return (
        slice(max(int(rows[0]) - margin, 0), min(int(rows[-1]) + margin + 1, height)),
        slice(max(int(columns[0]) - margin, 0), min(int(columns[-1]) + margin + 1, width)),
    )
