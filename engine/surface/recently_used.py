"""Keeps what takes long to make, within a bound of memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar


class HasBytes(Protocol):
    @property
    def nbytes(self) -> int: ...


Kept = TypeVar("Kept", bound=HasBytes)


class RecentlyUsed:
    """Forgets what was asked for longest ago as soon as all together takes more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What is kept under the key, else what `make` makes."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = self._kept[key] = make()
        self._bytes += made.nbytes
        while self._bytes > self._limit and len(self._kept) > 1:
            _, forgotten = self._kept.popitem(last=False)
            self._bytes -= forgotten.nbytes
        return made
