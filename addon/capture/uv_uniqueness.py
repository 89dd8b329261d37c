"""Whether UVs are unique: one point of the texture, one point of the surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEGLIGIBLE = 1e-3
"""Share of the texels that may be covered twice, and of the surface that may be squeezed to nothing: less than that are
rounding at seams, and single slivers at poles."""

FARTHEST = 100.0
"""UDIM tiles from the origin: farther away, 32-bit floats are coarser than the passes promise to be."""

SQUEEZED = 1e-6
"""A triangle with less than this share of the mean texture area per surface area has no room in the texture."""

TEXELS_PER_TRIANGLE = 64
FEWEST_TEXELS, MOST_TEXELS = 2**14, 2**20  # about 1024² for a large mesh, whatever part of the plane it fills
FINEST = 2**22  # texels per unit: 32-bit floats near 1 are no finer
OFF_CENTRE = (0.381966, 0.618034)  # texels: seams often lie at 0, where no sample is to be
CHUNK = 2**18  # triangles at a time, for the sake of memory


@dataclass(frozen=True)
class Covered:
    """Texels and the triangles that cover their sample points; a texel stands once for every such triangle."""

    texel: np.ndarray  # (N,) int64, sorted
    triangle: np.ndarray  # (N,) int64

    @property
    def again(self) -> np.ndarray:  # (N - 1,) bool
        """Where the next triangle covers the same texel."""
        return self.texel[1:] == self.texel[:-1]

    @property
    def share_covered_twice(self) -> float:
        """Of all texels that are covered; 1 where none is, for then nothing can be said."""
        if not len(self.texel):
            return 1.0
        again = self.again
        first_again = again & ~np.concatenate([[False], again[:-1]])
        return float(first_again.sum() / (len(self.texel) - again.sum()))


def is_unique(
    uv: np.ndarray,  # (T, 3, 2) float32
    area: np.ndarray,  # (T,) float64, of the triangles on the surface
) -> bool:
    """Whether triangles neither overlap in the texture nor vanish in it. The plane is taken as it is, not modulo 1."""
    if not np.isfinite(uv).all() or np.abs(uv).max(initial=0.0) > FARTHEST:
        return False
    if _squeezed_share(uv, area) > NEGLIGIBLE:
        return False
    return covered_texels(uv).share_covered_twice <= NEGLIGIBLE


def covered_texels(
    uv: np.ndarray,  # (T, 3, 2) float, finite
    group: np.ndarray | None = None,  # (T,) int: triangles of different groups have different texels
) -> Covered:
    """Samples the triangles at one point of each texel; the texels are so large that all triangles together have about
    TEXELS_PER_TRIANGLE each. A sample on an edge belongs to one side of it, so neighbours never share one."""
    points = uv.astype(np.float64)
    points = points * _texels_per_unit(points) + OFF_CENTRE
    chunks = [_scan(points[start : start + CHUNK]) for start in range(0, len(points), CHUNK)]
    offsets = range(0, len(points), CHUNK)
    triangle = _joined([chunk[0] + offset for chunk, offset in zip(chunks, offsets, strict=True)])
    rows, columns = _joined([chunk[1] for chunk in chunks]), _joined([chunk[2] for chunk in chunks])
    width = np.ptp(columns) + 1 if len(columns) else 1
    texel = (rows - rows.min(initial=0)) * width + columns - columns.min(initial=0)
    if group is not None:
        _, texel = np.unique(texel, return_inverse=True)
        texel = group[triangle].astype(np.int64) * (texel.max(initial=0) + 1) + texel
    order = np.argsort(texel, kind="stable")
    return Covered(texel[order], triangle[order])


def texture_areas(uv: np.ndarray) -> np.ndarray:
    """(T,) float64, positive for triangles that run counter-clockwise in the texture."""
    one, other = np.moveaxis(uv[:, 1:].astype(np.float64) - uv[:, :1], 1, 0)
    return (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]) / 2


def _squeezed_share(uv: np.ndarray, area: np.ndarray) -> float:
    if not area.sum() > 0:  # a surface without area has no texels to lose
        return 0.0
    areas = np.abs(texture_areas(uv))
    squeezed = areas <= SQUEEZED * areas.sum() * (area / area.sum())
    return float(area[squeezed].sum() / area.sum())


def _texels_per_unit(uv: np.ndarray) -> float:
    """So fine that triangles cover enough texels, and not so fine that slivers cross too many rows of them."""
    texels = np.clip(TEXELS_PER_TRIANGLE * len(uv), FEWEST_TEXELS, MOST_TEXELS)
    area, heights = np.abs(texture_areas(uv)).sum(), np.ptp(uv[..., 1], axis=1).sum()
    by_area = np.sqrt(texels / area) if area > 0 else FINEST
    by_rows = 4 * MOST_TEXELS / heights if heights > 0 else FINEST
    return float(min(by_area, by_rows, FINEST))


def _scan(
    points: np.ndarray,  # (T, 3, 2) float64, in texels
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Triangle, row and column of every sample inside: rows from the lowest corner to below the highest, and columns
    from the left edge to before the right one. Edges are followed upwards, so both their triangles find the same."""
    order = np.argsort(points[..., 1], axis=1, kind="stable")
    low, middle, high = np.moveaxis(np.take_along_axis(points, order[..., None], axis=1), 1, 0)
    first = np.ceil(low[:, 1]).astype(np.int64)
    triangle, row = _expand(first, np.ceil(high[:, 1]).astype(np.int64))
    is_lower = (row < middle[triangle, 1])[:, None]
    start = np.where(is_lower, low[triangle], middle[triangle])
    end = np.where(is_lower, middle[triangle], high[triangle])
    crossings = [_crossing(low[triangle], high[triangle], row), _crossing(start, end, row)]
    left, right = np.ceil(np.minimum(*crossings)), np.ceil(np.maximum(*crossings))
    line, column = _expand(left.astype(np.int64), right.astype(np.int64))
    return triangle[line], row[line], column


def _crossing(start: np.ndarray, end: np.ndarray, row: np.ndarray) -> np.ndarray:
    slope = (end[:, 0] - start[:, 0]) / (end[:, 1] - start[:, 1])
    return start[:, 0] + (row - start[:, 1]) * slope


def _expand(first: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every range its index and its numbers, one after the other."""
    counts = end - first
    index = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return index, np.arange(len(index)) + (first - before)[index]


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.empty(0, np.int64)
