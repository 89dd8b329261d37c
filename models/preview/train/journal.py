"""What a training says as it goes: to the terminal, and as JSON lines to a file."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Journal:
    path: Path

    def write(self, stage: str, **values: float | str) -> None:
        """Logs one line: the stage and named values."""
        logger.info("%s  %s", stage, "  ".join(f"{name} {_short(value)}" for name, value in values.items()))
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"time": round(time.time()), "stage": stage, **values}) + "\n")


def _short(value: float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
