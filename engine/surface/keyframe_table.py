"""What keyframes know of the surface: a sparse texture with a row for every cell that any of them sees.

Generative Rendering (arXiv 2312.01409), UV feature unification: what keyframes k computed, O_k, becomes one texture
T = w T_mean + (1 - w) T_inpaint, from which every frame is painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from engine.surface.cells import NO_CELL
from engine.surface.layer_cells import LayerCells
from engine.surface.texels import find_sorted

LEAST_WEIGHT = 1e-3
"""Of a token that sees its cell edge-on: where all do, they are taken alike."""


@dataclass(frozen=True, eq=False)
class KeyframeTable:
    """The cells that K keyframes see in a layer, and the tokens that show them: those of a row side by side, in the
    order of the keyframes, then of the tokens. A token without a cell is in no row."""

    cells: np.ndarray  # (rows,) int64, ascending
    token: Tensor  # (seen,) int32, flat indices of (K, tokens)
    row_start: Tensor  # (rows + 1,) int32: where the tokens of each row start among those, and end
    mean_share: Tensor  # (seen,) float32: of a token's feature in T_mean, adds up to 1 in a row
    inpaint_share: Tensor  # (seen,) float32: in T_inpaint, likewise

    @classmethod
    def of(cls, keyframes: Sequence[LayerCells], cosine_power: float = 1.0) -> KeyframeTable:
        """From what the keyframes show, the one that counts as the first at the front.

        T_mean weighs a token by how much of it shows its object and by view_cosine ** cosine_power: the higher that
        is, the more the keyframe counts that looks at the surface from straight ahead. T_inpaint is the mean over the
        tokens of the first keyframe that sees the cell.
        """
        token, row, cells = _tokens_by_row(np.stack([keyframe.cells.ravel() for keyframe in keyframes]))
        weight = np.stack([keyframe.visibility * keyframe.view_cosine**cosine_power for keyframe in keyframes])
        keyframe = token // keyframes[0].cells.size
        row_start = np.searchsorted(row, np.arange(max(len(cells), 1) + 1))  # a row to be picked, if there is no cell
        is_first = keyframe == keyframe[row_start[:-1]][row] if len(cells) else np.zeros(0, bool)
        return cls(
            cells,
            torch.from_numpy(token.astype(np.int32)),
            torch.from_numpy(row_start.astype(np.int32)),
            torch.from_numpy(_shares(row, weight.ravel()[token].clip(min=LEAST_WEIGHT))),
            torch.from_numpy(_shares(row, is_first)),
        )

    def to(self, device: torch.device) -> KeyframeTable:
        tensors = {field.name: getattr(self, field.name).to(device) for field in fields(self) if field.name != "cells"}
        return replace(self, **tensors)

    def rows(self, frame: LayerCells) -> Tensor:
        """The row of T that each token of a frame shows, (tokens,) int32 on the CPU; -1 where the keyframes do not see
        its cell, or it has none."""
        return torch.from_numpy(find_sorted(self.cells, frame.cells.ravel()).astype(np.int32))

    def unify(
        self,
        O: Tensor,  # noqa: E741 - (K * tokens, channels), the keyframes' features
        w: float,  # in [0, 1]
    ) -> Tensor:
        """T = w T_mean + (1 - w) T_inpaint, (rows, channels), added up in float32 and in the order of the tokens; one
        row of zeros where the keyframes see no cell."""
        share = w * self.mean_share + (1 - w) * self.inpaint_share
        T = embedding_bag(
            self.token, O.float(), self.row_start, mode="sum", per_sample_weights=share, include_last_offset=True
        )
        return T.to(O.dtype)


def _tokens_by_row(
    cells: np.ndarray,  # (K, tokens) int64
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The tokens (seen,) that have a cell, as flat indices, their rows (seen,), ascending, and the rows' cells."""
    token = np.flatnonzero(cells.ravel() != NO_CELL)
    distinct, row = np.unique(cells.ravel()[token], return_inverse=True)
    order = np.argsort(row, kind="stable")
    return token[order], row[order], distinct


def _shares(row: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Each weight (N,) in that of all its row, (N,) float32."""
    return (weight / np.bincount(row, weight)[row]).astype(np.float32)
