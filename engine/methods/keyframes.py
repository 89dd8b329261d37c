"""The keyframes of a clip: what they see, and what the network saw of them at every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.contract.files import atomic
from engine.methods.chunk import Chunk
from engine.surface.cells import objects_of
from engine.surface.keyframe_table import KeyframeTable

HASH = "hash"


@dataclass(frozen=True)
class Keyframes:
    """K frames with a table of their cells for every level of the UNet."""

    chunk: Chunk
    tables: Sequence[KeyframeTable]

    @classmethod
    def of(cls, chunk: Chunk, device: torch.device) -> Keyframes:
        """The first frame of the chunk counts as the first."""
        levels = zip(*chunk.cells, strict=True)
        return cls(chunk, [KeyframeTable.of(level).to(device) for level in levels])

    @property
    def seen_objects(self) -> set[int]:
        """Their ids."""
        return objects_of(self.tables[0].cells)

    def rows_of(self, chunk: Chunk) -> list[Tensor]:
        """Which rows of the tables a chunk's frames show, by level: (frames, tokens) int32, -1 for none."""
        levels = zip(self.tables, zip(*chunk.cells, strict=True), strict=True)
        return [torch.stack([table.rows(cells) for cells in level]).to(table.token.device) for table, level in levels]


@dataclass(frozen=True)
class StepKeyframes:
    """The keyframes at one step of a chunk."""

    keyframes: Keyframes
    x_t: Tensor  # (K, 4, latent_height, latent_width), as the network sees them
    rows: Sequence[Tensor]  # by level, (frames, tokens), for the frames of the chunk
    x_0_of: Callable[[Tensor], Tensor]
    """The keyframes' predicted x_0, given that of the chunk's frames."""


KeyframesAt = Callable[[int, Tensor], StepKeyframes]
"""From a step (from 0) and the chunk's x_t."""


@dataclass(frozen=True)
class KeyframeSteps:
    """What became of the keyframes, step by step: all that other frames need of them."""

    x_t: Tensor  # (steps, K, 4, latent_height, latent_width), as the network saw them
    x_0: Tensor  # of the same shape, predicted by it
    clean: Tensor  # (K, 4, latent_height, latent_width), after the last step

    def clean_of(self, keyframes: Keyframes) -> dict[int, Tensor]:
        """The clean latents by frame."""
        return dict(zip(keyframes.chunk.frames, self.clean, strict=True))

    def save(self, path: Path, made_of: str) -> None:
        """Raises OutputUnwritable."""
        with atomic(path) as temporary:
            tensors = {name: tensor.contiguous() for name, tensor in vars(self).items()}
            save_file(tensors, temporary, {HASH: made_of})

    @classmethod
    def load(cls, path: Path, made_of: str, device: torch.device) -> KeyframeSteps | None:
        """None where there are none, or they are of another make, or damaged: then they are to be made."""
        try:
            with safe_open(path, framework="pt", device=str(device)) as file:
                if (file.metadata() or {}).get(HASH) != made_of:
                    return None
                return cls(*(file.get_tensor(field.name) for field in fields(cls)))
        except (FileNotFoundError, SafetensorError):
            return None


def stored_keyframes(keyframes: Keyframes, steps: KeyframeSteps, chunk: Chunk) -> KeyframesAt:
    """Keyframes that were denoised before."""
    rows = keyframes.rows_of(chunk)
    return lambda step, x_t: StepKeyframes(keyframes, steps.x_t[step], rows, lambda x_0: steps.x_0[step])


def drawn_keyframes(chunk: Chunk, count: int, seed: int, device: torch.device) -> KeyframesAt:
    """Keyframes drawn from the chunk anew at each step, as in the paper."""

    def at(step: int, x_t: Tensor) -> StepKeyframes:
        generator = torch.Generator().manual_seed((1_000_003 * seed + step) % 2**63)
        places = torch.randperm(len(chunk), generator=generator)[:count].tolist()
        keyframes = Keyframes.of(chunk[places], device)
        return StepKeyframes(keyframes, x_t[places], keyframes.rows_of(chunk), lambda x_0: x_0[places])

    return at


class KeyframeRecorder:
    """Keyframes that are denoised just now, by themselves; keeps what other frames will need of them."""

    def __init__(self, keyframes: Keyframes) -> None:
        self._keyframes = keyframes
        self._rows = keyframes.rows_of(keyframes.chunk)
        self._x_t: list[Tensor] = []
        self._x_0: list[Tensor] = []

    def at(self, step: int, x_t: Tensor) -> StepKeyframes:
        self._x_t.append(x_t)
        return StepKeyframes(self._keyframes, x_t, self._rows, self._keep_x_0)

    def steps(self, clean: Tensor) -> KeyframeSteps:
        """`clean` is what became of them in the end."""
        return KeyframeSteps(torch.stack(self._x_t), torch.stack(self._x_0), clean)

    def _keep_x_0(self, x_0: Tensor) -> Tensor:
        self._x_0.append(x_0)
        return x_0
