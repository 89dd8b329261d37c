"""How warnings are put into words."""

from __future__ import annotations

from collections.abc import Sequence

MOST_NAMED = 3  # things of a kind that a warning names


def enumeration(names: Sequence[str]) -> str:
    """All names in a row, or the first of them and how many more there are."""
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    *first, last = [*names[:MOST_NAMED], *more]
    return f"{', '.join(first)} and {last}" if first else last
