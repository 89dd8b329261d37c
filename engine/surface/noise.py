"""Noise from counters: a value depends on its key and its counter alone, never on what was drawn before.

Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), then Box-Muller.
"""

from __future__ import annotations

import hashlib

import numpy as np

MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
WEYL = np.array([0x9E3779B9, 0xBB67AE85], dtype=np.uint32)
ROUNDS = 10

FRAME_STREAM, SURFACE_STREAM, DETAIL_STREAM = 1, 2, 3
"""The last word of a counter: each kind of noise counts by itself."""


def philox(counters: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Random words (..., 4) uint32 for counters (..., 4) uint32 and a key (2,) uint32."""
    x0, x1, x2, x3 = (counters[..., word].astype(np.uint64) for word in range(4))
    key = key.astype(np.uint32)
    for _ in range(ROUNDS):
        product0, product1 = MULTIPLIERS[0] * x0, MULTIPLIERS[1] * x2
        x0, x1 = _high(product1) ^ x1 ^ key[0], _low(product1)
        x2, x3 = _high(product0) ^ x3 ^ key[1], _low(product0)
        key = key + WEYL
    return np.stack([x0, x1, x2, x3], axis=-1).astype(np.uint32)


def counter_normal(counters: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Four independent N(0, 1) numbers (..., 4) float32 for each counter (..., 4) uint32."""
    # numpy may round the logarithm otherwise where numbers do not lie side by side in memory
    words = np.moveaxis(philox(counters, key), -1, 0).astype(np.float64, order="C")
    uniform = (words + 0.5) / 2**32  # in (0, 1): the logarithm is finite
    radius = np.sqrt(-2 * np.log(uniform[0::2]))
    angle = 2 * np.pi * uniform[1::2]
    normal = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    return np.moveaxis(normal, 0, -1).astype(np.float32, order="C")


def cell_noise(key: np.ndarray, stream: int, level: int, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Independent noise (..., 4) float32 of the cells of a grid, columns and rows (...) of 32 bits with a sign."""
    counters = np.empty((*column.shape, 4), np.uint32)
    for word, value in enumerate((column, row, level, stream)):
        counters[..., word] = np.asarray(value).astype(np.uint32)
    return counter_normal(counters, key)


def frame_noise(seed: int, frame: int, height: int, width: int, draw: int = 0) -> np.ndarray:
    """Independent noise of one frame, (4, height, width) float32: the four channels of a pixel share a counter. Every
    draw is independent, too."""
    counters = np.zeros((height, width, 4), dtype=np.uint32)
    counters[..., 0] = np.arange(height * width, dtype=np.uint32).reshape(height, width)
    counters[..., 1] = np.uint32(frame & 0xFFFFFFFF)
    counters[..., 2] = np.uint32(draw)
    counters[..., 3] = FRAME_STREAM
    return counter_normal(counters, seed_key(seed)).transpose(2, 0, 1)


def seed_key(seed: int) -> np.ndarray:
    """A seed's two words, (2,) uint32."""
    return np.array([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF], dtype=np.uint32)


def surface_key(seed: int, key: str, draw: int = 0) -> np.ndarray:
    """The two words (2,) uint32 for a draw of the noise of the surface with this stable key."""
    text = f"{seed} {key} {draw}" if draw else f"{seed} {key}"
    return np.frombuffer(hashlib.sha256(text.encode()).digest()[:8], "<u4").astype(np.uint32)


def _high(product: np.ndarray) -> np.ndarray:
    return product >> np.uint64(32)


def _low(product: np.ndarray) -> np.ndarray:
    return product & np.uint64(0xFFFFFFFF)
