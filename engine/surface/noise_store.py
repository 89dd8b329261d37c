"""The texels of a shot's meshes with their noise: made when first seen, and kept as long as there is room."""

from __future__ import annotations

import numpy as np

from engine.surface.haar import CHANNELS, Cells, WhiteNoise
from engine.surface.posing import Mesh, PosedObject
from engine.surface.recently_used import RecentlyUsed
from engine.surface.texel_levels import affordable, is_usable
from engine.surface.texels import SurfaceTexels, make_texels

MEMORY = 1 << 29
"""Bytes."""


class TexelNoise:
    """The noise z of one object's texels, drawn for each when it is first asked for."""

    def __init__(self, noise: WhiteNoise, texels: SurfaceTexels) -> None:
        level = texels.resolution.bit_length() - 1
        self._noise, self._cells = noise, Cells(level, texels.column, texels.row)
        self._z = np.zeros((len(texels), CHANNELS), np.float32)
        self._is_drawn = np.zeros(len(texels), bool)

    @property
    def nbytes(self) -> int:
        return self._z.nbytes + self._is_drawn.nbytes

    def z(self, which: np.ndarray) -> np.ndarray:
        """Of texels by their numbers (M,), (M, 4) float32."""
        new = which[~self._is_drawn[which]]
        if len(new):
            self._z[new] = self._noise.z(self._cells[new])
            self._is_drawn[new] = True
        return self._z[which]


class NoiseStore:
    """Objects with one mesh share its texels, not their noise."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._kept = RecentlyUsed(MEMORY)

    def texels(self, mesh: Mesh, level: int) -> SurfaceTexels:
        """Those of the level, or of the finest that is not too many."""

        def make() -> SurfaceTexels:
            uv = np.where(np.all(is_usable(mesh.uv), axis=-1)[:, None, None], mesh.uv, 0)
            return make_texels(uv, 2 ** affordable(uv, level))

        return self._kept.get(("texels", mesh.topology, level), make)

    def positions(self, mesh: Mesh, level: int) -> np.ndarray:
        """Of the texels in object space, (N, 3) float32."""
        return self._kept.get(
            ("positions", mesh, level), lambda: self.texels(mesh, level).positions(mesh.vertices, mesh.triangles)
        )

    def texel_noise(self, posed: PosedObject, level: int, draw: int) -> TexelNoise:
        def make() -> TexelNoise:
            return TexelNoise(self.noise(posed.item.key, draw), self.texels(posed.mesh, level))

        return self._kept.get(("noise", posed.item.key, posed.mesh.topology, level, draw), make)

    def noise(self, key: str, draw: int) -> WhiteNoise:
        """Of the surface with this key, an object's or the background's."""
        return WhiteNoise(self._seed, key, draw)
