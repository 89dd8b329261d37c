"""Where Overpaint keeps its environments and the models of this machine."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The repository, or the installed extension."""


def overpaint_home() -> Path:
    """$OVERPAINT_HOME, or `.overpaint` beside the launcher."""
    return Path(os.environ.get("OVERPAINT_HOME") or ROOT / ".overpaint").expanduser().resolve()
