"""Correlations of pairs that come in portions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Correlation:
    """Pearson's."""

    sums: defaultdict[int, np.ndarray] = field(default_factory=lambda: defaultdict(lambda: np.zeros(6)))
    """By frame."""

    def add(self, frame: int, first: np.ndarray, second: np.ndarray) -> None:
        a, b = first.astype(np.float64), second.astype(np.float64)
        self.sums[frame] += [len(a), a.sum(), b.sum(), a @ a, b @ b, a @ b]

    @property
    def count(self) -> int:
        return int(self._total[0])

    @property
    def value(self) -> float | None:
        """None where one of the two does not vary."""
        return _pearson(self._total)

    @property
    def per_frame(self) -> dict[int, float]:
        values = {frame: _pearson(sums) for frame, sums in self.sums.items()}
        return {frame: value for frame, value in values.items() if value is not None}

    @property
    def spread(self) -> float:
        """The standard deviation of the first of the two; 0 where there is none."""
        count, a, _, aa, _, _ = self._total
        return float(np.sqrt(max(aa / count - (a / count) ** 2, 0))) if count else 0.0

    @property
    def _total(self) -> np.ndarray:
        return sum(self.sums.values(), np.zeros(6))


def _pearson(sums: np.ndarray) -> float | None:
    count, a, b, aa, bb, ab = sums
    spread = (count * aa - a * a) * (count * bb - b * b)
    return float((count * ab - a * b) / np.sqrt(spread)) if count > 2 and spread > 1e-12 else None
