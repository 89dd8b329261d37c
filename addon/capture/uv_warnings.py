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
    sources: Mapping[str, str],  # by the title of the surface
) -> Iterator[str]:
    for source, sentence in WHAT_WAS_DONE.items():
        titles = sorted(title for title, found in sources.items() if found == source)
        yield from (sentence.format(title) for title in titles[:MOST_NAMED])
        if len(titles) > MOST_NAMED:
            more = f"{len(titles) - MOST_NAMED} more objects, from {titles[MOST_NAMED]} to {titles[-1]}"
            yield f"{more}: {sentence.format('each')}"
