"""Which object each pixel of a frame shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from engine.contract.shot import ShotObject

BACKGROUND = 0


def object_ids(
    objects: Iterable[ShotObject],
    values: np.ndarray,  # (height, width) float32, the object_id channel
) -> np.ndarray:
    """The id of the object that each value stands for, (height, width) int32: the lowest, where objects share a value.

    Raises ValueError for a value that no object has.
    """
    known = {value: group[0].id for value, group in _by_value(objects).items()}
    known[np.float32(BACKGROUND)] = BACKGROUND
    ordered = np.array(sorted(known), dtype=np.float32)
    ids = np.array([known[value] for value in ordered], dtype=np.int32)
    position = np.searchsorted(ordered, values.astype(np.float32)).clip(max=len(ordered) - 1)
    if (unknown := values[ordered[position] != values]).size:
        raise ValueError(f"the object_id channel holds {unknown[0]!r}, which no object of shot.json has")
    return ids[position]


def present_ids(object_id: np.ndarray) -> list[int]:
    """The ids (any shape, int32) that are there, ascending, but for the background's."""
    return [number for number in np.flatnonzero(np.bincount(object_id.ravel())).tolist() if number != BACKGROUND]


def tied_objects(objects: Iterable[ShotObject]) -> list[list[ShotObject]]:
    """The groups of objects that share a value, the lowest id first."""
    return [group for group in _by_value(objects).values() if len(group) > 1]


def tell_apart(
    object_id: np.ndarray,  # (height, width) int32, where each group has its lowest id
    tied: Sequence[Sequence[ShotObject]],
    places_of: Mapping[str, np.ndarray],  # by key, (3,) float32: the objects of this frame, and where they are
    read_places: Callable[[], np.ndarray],  # () -> (height, width, 3) float32, the object_place channels
) -> np.ndarray:  # (height, width) int32
    """Finds which object of a group it is: the only one that the frame has, else the one at the pixel's place."""
    told = object_id.copy()
    for group in tied:
        pixels = object_id == group[0].id
        present = [item for item in group if item.key in places_of]
        if len(present) == 1:
            told[pixels] = present[0].id
        elif pixels.any():
            told[pixels] = _at_places(present, places_of, read_places()[pixels])
    return told


def _at_places(
    objects: Sequence[ShotObject],
    places_of: Mapping[str, np.ndarray],
    places: np.ndarray,  # (P, 3) float32
) -> np.ndarray:  # (P,) int32
    ids = np.full(len(places), BACKGROUND, np.int32)
    for item in reversed(objects):  # the lowest id stands for objects that are at one place, too
        ids[(places == places_of[item.key]).all(axis=-1)] = item.id
    if (lost := places[ids == BACKGROUND]).size:
        raise ValueError(
            f"at {lost[0].tolist()}, as the object_place channels say, is none of {[item.name for item in objects]}"
        )
    return ids


def _by_value(objects: Iterable[ShotObject]) -> dict[np.float32, list[ShotObject]]:
    groups: defaultdict[np.float32, list[ShotObject]] = defaultdict(list)
    for item in sorted(objects, key=lambda item: item.id):
        groups[np.float32(item.id if item.pass_value is None else item.pass_value)].append(item)
    return groups
