"""Blender's settings, borrowed: whatever is changed through these loans is as before when the block ends."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any


class Loans(ExitStack):
    """Values of RNA properties, given back last in, first out, also after an exception."""

    def keep(self, owner: Any, names: Sequence[str]) -> None:
        """Remembers values that are about to change, and gives them back in the order of `names`."""
        before = {name: getattr(owner, name) for name in names}
        self.callback(_assign, owner, before)

    def lend(self, owner: Any, **values: Any) -> None:
        """Sets properties of `owner`; those that it does not have in this version of Blender are left out."""
        known = {name: value for name, value in values.items() if hasattr(owner, name)}
        changed = {name: value for name, value in known.items() if getattr(owner, name) != value}
        self.keep(owner, tuple(changed))
        _assign(owner, changed)


def _assign(owner: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(owner, name, value)
