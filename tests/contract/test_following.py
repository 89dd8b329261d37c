"""How long surfaces keep their UVs, whatever the order in which their frames were captured."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import ShotInvalid
from engine.contract.following import CANNOT_FOLLOW, Following
from engine.contract.motion import AS_STORED, Motion
from engine.contract.shot import ShotObject, geometry_path, read_shot
from engine.contract.uv_warnings import is_uv_warning
from tests.synthetic_shot import make_shot

CUT = np.array([[0, 1, 2], [0, 2, 3]], np.int32)  # a square, this way and that
CUT_OTHERWISE = np.array([[1, 2, 3], [1, 3, 0]], np.int32)
CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shot folder."""
    make_shot(tmp_path)
    (tmp_path / "geometry").mkdir(exist_ok=True)
    return tmp_path


def mesh(scale: float, triangles: np.ndarray = CUT) -> dict[str, np.ndarray]:
    uv = scale * CORNERS
    return {"vertices": np.zeros((4, 3), np.float32), "triangles": triangles, "uv": uv[triangles]} | {
        "island": np.zeros(2, np.int32)
    }


def told(folder: Path, meshes: dict[int, dict[str, np.ndarray]], source: str) -> list[str]:
    """What is told of following a square with a mesh per frame, captured in the order of the frames."""
    item = ShotObject(1, "square", "Square", uv=source)
    np.savez(geometry_path(folder, item.geometry), **next(iter(meshes.values())))
    following = Following(folder)
    for number, (frame, shape) in enumerate(meshes.items()):
        keys, index = np.array([item.key]), np.array([0 if number else AS_STORED], np.int32)
        motion = Motion(keys, np.eye(4)[None], index, (shape,) if number else ())
        following.add(frame, motion, {item.key: item.geometry})
    warnings = following.warnings(replace(read_shot(folder), objects=(item,), warnings=("another",)))
    return [warning for warning in warnings if not is_uv_warning(warning)]


@pytest.mark.parametrize(("scales", "frame"), [((1, 1, 2, 1), 3), ((1, 2, 3, 3), 2), ((1, 1, 1, 1), None)])
def test_the_first_frame_of_other_uvs_is_told_in_whatever_order(
    folder: Path, scales: tuple[float, ...], frame: int | None
) -> None:
    meshes = {number: mesh(scale) for number, scale in enumerate(scales, start=1)}
    for order in permutations(meshes):
        warnings = told(folder, {number: meshes[number] for number in order}, "made")
        assert warnings[0] == "another"
        assert [f"{CANNOT_FOLLOW}{frame} on" in each for each in warnings[1:]] == ([True] if frame else [])


def test_polygons_that_are_cut_otherwise_are_followed(folder: Path) -> None:
    assert told(folder, {1: mesh(1), 2: mesh(1, CUT_OTHERWISE)}, "made") == ["another"]


def test_uvs_that_are_always_the_artists_are_followed(folder: Path) -> None:
    assert told(folder, {1: mesh(1), 2: mesh(2)}, "artist") == ["another"]


def test_damaged_geometry_is_named(folder: Path) -> None:
    item = ShotObject(1, "square", "Square", uv="made")
    geometry_path(folder, item.geometry).write_bytes(b"PK half a file")
    motion = Motion(np.array([item.key]), np.eye(4)[None], np.array([0], np.int32), (mesh(2),))
    with pytest.raises(ShotInvalid, match=r"square\.npz"):
        Following(folder).add(1, motion, {item.key: item.geometry})


def test_in_what_order_warnings_came_is_forgotten(folder: Path) -> None:
    shot = replace(read_shot(folder), warnings=("'B' is left out", "'A' is left out"))
    assert list(Following(folder).warnings(shot)) == ["'A' is left out", "'B' is left out"]
