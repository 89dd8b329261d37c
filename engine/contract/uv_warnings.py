"""What people are told of UVs that are not the artist's: by a shot's objects alone, and so the same in whatever order
its frames were captured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .shot import ShotObject

WHAT_WAS_DONE = {
    "made": "{} has no UV map: one was made",
    "repacked": "the UVs of {} overlap: its islands were moved apart",
    "replaced": "the UVs of {} overlap or leave faces out: it was unwrapped anew",
}
"""By `ShotObject.uv`."""
MOST_NAMED = 8  # objects of a kind that are told one by one
COUNT = " more objects, from "


def uv_warnings(objects: Iterable[ShotObject]) -> Iterator[str]:
    """A sentence for each name, or one for all of a kind after the first of them."""
    found = {(item.uv, repr(item.name)) for item in objects}
    for source, sentence in WHAT_WAS_DONE.items():
        names = sorted(name for uv, name in found if uv == source)
        yield from (sentence.format(name) for name in names[:MOST_NAMED])
        if len(names) > MOST_NAMED:
            count = f"{len(names) - MOST_NAMED}{COUNT}{names[MOST_NAMED]} to {names[-1]}"
            yield f"{count}: {sentence.format('each')}"


def is_uv_warning(warning: str) -> bool:
    return any(warning.endswith(sentence.partition("{}")[2]) for sentence in WHAT_WAS_DONE.values())


def is_final(warning: str) -> bool:
    """Whether the next frame cannot make it another sentence: a count of objects grows."""
    return not (COUNT in warning and is_uv_warning(warning))
