"""Makes a checkout one package, as the installed extension is one in Blender."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

PACKAGE = "overpaint_checkout"


def load_checkout() -> str:
    """Its modules can then be imported as `overpaint_checkout.addon.headless`, whatever the folder is called."""
    if PACKAGE not in sys.modules:
        package = ModuleType(PACKAGE)
        package.__path__ = [str(Path(__file__).resolve().parent.parent)]
        sys.modules[PACKAGE] = package
    return PACKAGE
