"""White noise on a surface: W(A) ~ N(0, |A|) over an area A, independent for areas that do not meet.

It is given by the cells of grids over the surface's UVs, z = W(cell) / sqrt(|cell|) ~ N(0, 1), at any level: a cell is
the sum of its four children, z' = (z1 + z2 + z3 + z4) / 2, so that noise of different resolutions is the same noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.surface.noise import DETAIL_STREAM, SURFACE_STREAM, cell_noise, surface_key

CHANNELS = 4
"""Of the latents: what one counter gives."""
FINEST_DETAIL = 28
"""The level at which the search for a cell of one's own ends."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of a grid of 2^level x 2^level to a UV tile: column from u, row from v, and on into the next tiles."""

    level: int
    column: np.ndarray  # (N,) int32 or int64, within 32 bits
    row: np.ndarray  # (N,)

    @classmethod
    def at(cls, uv: np.ndarray, level: int) -> Cells:
        """The cells that UVs (N, 2) lie in."""
        column, row = np.floor(uv.astype(np.float64) * 2**level).astype(np.int64).T
        return cls(level, column, row)

    @classmethod
    def of_code(cls, code: np.ndarray, level: int) -> Cells:
        return cls(level, (code & 0xFFFFFFFF).astype(np.uint32).view(np.int32).astype(np.int64), code >> 32)

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, chosen: np.ndarray) -> Cells:
        return Cells(self.level, self.column[chosen], self.row[chosen])

    @property
    def code(self) -> np.ndarray:
        """One number for each cell, (N,) int64."""
        return (self.row.astype(np.int64) << 32) | (self.column.astype(np.int64) & 0xFFFFFFFF)

    @property
    def centres(self) -> np.ndarray:
        """Their UVs, (N, 2) float64."""
        return (np.stack([self.column, self.row], axis=-1) + 0.5) / 2**self.level


class WhiteNoise:
    """A draw of one surface's white noise: a cell's value depends on it, the seed, the surface's key and the cell."""

    def __init__(self, seed: int, key: str, draw: int = 0) -> None:
        self._key = surface_key(seed, key, draw)

    def z(self, cells: Cells) -> np.ndarray:
        """(N, 4) float32."""
        return self._z(cells).astype(np.float32)

    def detail_at(self, uv: np.ndarray, level: int) -> np.ndarray:
        """The detail (N, 4) under each UV (N, 2), of this level or the first finer one on which it shares its cell with
        no other; NaN where there is none."""
        detail = np.full((len(uv), CHANNELS), np.nan, np.float32)
        shared = np.arange(len(uv))
        for finer in range(level, FINEST_DETAIL + 1):
            if not len(shared):
                break
            cells = Cells.at(uv[shared], finer)
            _, which, count = np.unique(cells.code, return_inverse=True, return_counts=True)
            alone = count[which] == 1
            detail[shared[alone]] = self._detail(cells[alone])
            shared = shared[~alone]
        return detail

    def _detail(self, cells: Cells) -> np.ndarray:
        """Noise (N, 4) that is independent of z, and of itself on other levels."""
        return cell_noise(self._key, DETAIL_STREAM, cells.level, cells.column, cells.row)

    def _z(self, cells: Cells) -> np.ndarray:
        """From the top down: z_j = z' / 2 + (g_j - mean(g)) for the four children j of a cell z'."""
        if cells.level == 0:
            return self._g(cells.column, cells.row, 0)
        code, which = np.unique(Cells(0, cells.column >> 1, cells.row >> 1).code, return_inverse=True)
        parents = Cells.of_code(code, cells.level - 1)
        column = 2 * parents.column[:, None] + np.array([0, 1, 0, 1])
        row = 2 * parents.row[:, None] + np.array([0, 0, 1, 1])
        g = self._g(column, row, cells.level)  # (parents, 4 children, 4 channels)
        z = self._z(parents)[:, None] / 2 + (g - g.mean(axis=1, keepdims=True))
        return z[which, 2 * (cells.row & 1) + (cells.column & 1)]

    def _g(self, column: np.ndarray, row: np.ndarray, level: int) -> np.ndarray:
        return cell_noise(self._key, SURFACE_STREAM, level, column, row).astype(np.float64)
