from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import ShotInvalid
from engine.contract.frames import Clip
from engine.contract.motion import AS_STORED, Motion, write_motion
from engine.contract.shot import Shot, ShotObject, write_shot
from engine.surface.object_ids import object_ids, tell_apart, tied_objects
from engine.surface.passes import read_passes
from tests.synthetic_shot import BALL, make_shot, trace, write_passes

LEFT, RIGHT, ALONE = (
    ShotObject(number, name, name, pass_value=value)
    for number, name, value in ((1, "l", 0.5), (2, "r", 0.5), (3, "a", 0.25))
)
PLACES = {"l": np.float32([0, 0, 1]), "r": np.float32([0, 0, 2])}


def test_a_value_is_found_as_a_32_bit_float() -> None:
    tenth = ShotObject(7, "t", "T", pass_value=0.1)
    assert object_ids([tenth], np.float32([[0.1, 0.0]])).tolist() == [[7, 0]]


def test_objects_of_one_value_are_tied() -> None:
    assert tied_objects([RIGHT, ALONE, LEFT]) == [[LEFT, RIGHT]]


def test_tied_objects_are_told_apart_by_their_places() -> None:
    ids = object_ids([LEFT, RIGHT, ALONE], np.float32([[0.5, 0.5, 0.25, 0.0]]))
    places = np.float32([[[0, 0, 2], [0, 0, 1], [0, 0, 2], [0, 0, 0]]])
    assert tell_apart(ids, [[LEFT, RIGHT]], PLACES, lambda: places).tolist() == [[2, 1, 3, 0]]


def test_the_only_one_that_a_frame_has_needs_no_place() -> None:
    def no_places() -> np.ndarray:
        raise AssertionError("the places were read")

    assert tell_apart(np.array([[1, 3]]), [[LEFT, RIGHT]], {"r": PLACES["r"]}, no_places).tolist() == [[2, 3]]


def test_objects_at_one_place_share_the_lowest_id() -> None:
    here = {"l": PLACES["l"], "r": PLACES["l"]}
    assert tell_apart(np.array([[1]]), [[LEFT, RIGHT]], here, lambda: PLACES["l"][None, None]).tolist() == [[1]]


def test_a_place_where_nothing_is_is_named() -> None:
    with pytest.raises(ValueError, match=r"at \[0\.0, 0\.0, 3\.0\].*\['l', 'r'\]"):
        tell_apart(np.array([[1]]), [[LEFT, RIGHT]], PLACES, lambda: np.float32([[[0, 0, 3]]]))


def tied_shot(folder: Path, places: bool) -> Shot:
    """Ground and ball with one value; the ball is at (0, 0, 1), if the passes tell."""
    shot = make_shot(folder, Clip(1, 1))
    objects = tuple(replace(item, pass_value=0.5) for item in shot.objects)
    names = ("Place.R", "Place.G", "Place.B") if places else None
    tied = replace(shot, objects=objects, channels=replace(shot.channels, object_place=names))
    channels = trace(shot, 1)
    is_ball = channels["Id.X"] == BALL
    channels |= {"Id.X": np.where(channels["Id.X"] > 0, 0.5, 0)}
    channels |= {name: np.where(is_ball, up, 0.0) for name, up in zip(names or (), (0.0, 0.0, 1.0), strict=False)}
    write_passes(folder, 1, channels)
    matrices = np.stack([np.eye(4), np.eye(4)])
    matrices[1, 2, 3] = 1
    write_motion(folder, 1, Motion(np.array(["ground", "ball"]), matrices, np.full(2, AS_STORED, np.int32)))
    write_shot(folder, tied)
    return tied


def test_passes_with_a_tie_are_those_without(tmp_path: Path) -> None:
    plain = read_passes(tmp_path / "plain", make_shot(tmp_path / "plain", Clip(1, 1)), 1)
    tied = read_passes(tmp_path / "tied", tied_shot(tmp_path / "tied", places=True), 1)
    np.testing.assert_array_equal(tied.object_id, plain.object_id)


def test_a_tie_without_places_is_refused(tmp_path: Path) -> None:
    shot = tied_shot(tmp_path, places=False)
    with pytest.raises(ShotInvalid, match="names no object_place channels"):
        read_passes(tmp_path, shot, 1)
