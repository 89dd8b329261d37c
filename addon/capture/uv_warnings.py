"""What people are told of UVs that are not the artist's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .uv_choice import MADE, REPACKED, REPLACED

WHAT_WAS_DONE = {
    MADE: "{} has no UV map: one was made",
    REPACKED: "the UVs of {} overlap: its islands were moved apart",
    REPLACED: "the UVs of {} overlap or leave faces out: it was unwrapped anew",
}
MOST_NAMED = 8  # objects of a kind that are told one by one


def uv_warnings(
    sources: Mapping[str, str],  # by the name of the object
) -> Iterator[str]:
    for source, sentence in WHAT_WAS_DONE.items():
        names = sorted(name for name, found in sources.items() if found == source)
        yield from (sentence.format(repr(name)) for name in names[:MOST_NAMED])
        if len(names) > MOST_NAMED:
            yield f"so it is with {len(names) - MOST_NAMED} more objects, from {names[MOST_NAMED]!r} to {names[-1]!r}"


def changing_warning(name: str) -> str:
    return f"the faces of {name!r} change, and its UVs were made for the shot: its surface cannot be followed"
