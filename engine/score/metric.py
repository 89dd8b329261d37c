"""What a number means, and the number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Better(Enum):
    """Which way a metric is good."""

    LOWER = "lower is better"
    HIGHER = "higher is better"
    NEITHER = "says nothing alone"


@dataclass(frozen=True)
class Definition:
    """What a metric is; the exact computation stands in the docstring of the class that measures it."""

    key: str
    title: str
    unit: str
    better: Better
    meaning: str
    """One sentence in plain words."""

    @property
    def name(self) -> str:
        """The title as it stands within a sentence: abbreviations stay as they are."""
        return self.title if self.title[1].isupper() else self.title[0].lower() + self.title[1:]


@dataclass(frozen=True)
class Metric:
    """A metric of one render."""

    definition: Definition
    value: float | None
    """None where it is not defined or not computed: `why_not` says why."""
    per_frame: Mapping[int, float] = field(default_factory=dict)
    why_not: str = ""

    @classmethod
    def of(
        cls,
        definition: Definition,
        value: float | None,
        per_frame: Mapping[int, float] | None = None,
        why_not: str = "",
    ) -> Metric:
        """The reason is kept only where there is no value."""
        return cls(definition, value, per_frame or {}, "" if value is not None else why_not)
