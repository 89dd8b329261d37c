from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import ShotInvalid
from engine.contract.motion import AS_STORED, Motion, read_motion, write_motion
from engine.contract.shot import motion_path

BENT = {"vertices": np.ones((4, 3), np.float32)}
CUT = {
    **BENT,
    "triangles": np.zeros((2, 3), np.int32),
    "uv": np.zeros((2, 3, 2), np.float32),
    "island": np.zeros(2, np.int32),
}


def test_a_motion_is_read_as_it_was_written(tmp_path: Path) -> None:
    matrices = np.arange(48, dtype=np.float64).reshape(3, 4, 4)
    written = Motion(np.array(["a", "b", "c"]), matrices, np.array([1, AS_STORED, 0], np.int32), (BENT, CUT))
    write_motion(tmp_path, -5, written)
    found = read_motion(tmp_path, -5)
    assert found.keys.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(found.matrices, matrices)
    assert found.shape_of.tolist() == [1, AS_STORED, 0]
    assert [sorted(shape) for shape in found.shapes] == [sorted(BENT), sorted(CUT)]
    assert found.places()["b"].tolist() == [19, 23, 27]


def test_a_frame_without_objects_has_a_motion(tmp_path: Path) -> None:
    write_motion(tmp_path, 1, Motion(np.empty(0, "U16"), np.empty((0, 4, 4)), np.empty(0, np.int32)))
    assert len(read_motion(tmp_path, 1).keys) == 0


@pytest.mark.parametrize("content", [None, b"", b"PK half a file"])
def test_a_damaged_motion_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        motion_path(tmp_path, 1).parent.mkdir()
        motion_path(tmp_path, 1).write_bytes(content)
    with pytest.raises(ShotInvalid, match=r"0001\.npz"):
        read_motion(tmp_path, 1)


def test_a_shape_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="shape_of"):
        Motion(np.array(["a"]), np.eye(4)[None], np.array([0], np.int32))
