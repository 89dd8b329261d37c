"""CLIP's scores where there are no weights: not computed, never zero."""

from __future__ import annotations

from engine.score.measure import Pictures
from engine.score.metric import Better, Definition, Metric
from engine.score.view import View

CLIP_CONSISTENCY = Definition(
    "clip_consistency",
    "CLIP frame consistency",
    "cosine",
    Better.HIGHER,
    "How alike CLIP finds frames in a row; a still picture has 1, so it means little alone.",
)
PROMPT_FIDELITY = Definition(
    "prompt_fidelity",
    "CLIP prompt fidelity",
    "cosine",
    Better.HIGHER,
    "How well CLIP finds the frames to show what the prompt says.",
)


class NoClip:
    """In place of CLIP's scores, where there are no weights."""

    def __init__(self, why_not: str) -> None:
        self._why_not = why_not

    def add(self, view: View, pictures: Pictures) -> None:
        """There is nothing to measure with."""

    def metrics(self) -> list[Metric]:
        return [
            Metric.of(definition, None, why_not=self._why_not) for definition in (CLIP_CONSISTENCY, PROMPT_FIDELITY)
        ]
