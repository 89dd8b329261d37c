from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import ShotInvalid
from engine.contract.geometry import MESH_ARRAYS, read_geometry


def write(path: Path, **but: np.ndarray | None) -> bytes:
    arrays = dict.fromkeys(MESH_ARRAYS, np.zeros(3)) | but
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path.read_bytes()


def test_a_mesh_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path / "mesh.npz", uv=np.ones((1, 3, 2)), more=np.ones(1))
    found = read_geometry(tmp_path / "mesh.npz")
    assert tuple(found) == MESH_ARRAYS
    np.testing.assert_array_equal(found["uv"], np.ones((1, 3, 2)))


@pytest.mark.parametrize("left", [None, 0, 0.5, 0.99])
def test_damaged_geometry_is_named_with_the_way_out(tmp_path: Path, left: float | None) -> None:
    path = tmp_path / "mesh.npz"
    if left is not None:
        whole = write(path)
        path.write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(ShotInvalid, match=r"mesh\.npz cannot be read") as caught:
        read_geometry(path)
    assert "--overwrite" in caught.value.hint


def test_geometry_that_lacks_an_array_is_damaged(tmp_path: Path) -> None:
    write(tmp_path / "mesh.npz", island=None)
    with pytest.raises(ShotInvalid, match=r"mesh\.npz cannot be read: .*island"):
        read_geometry(tmp_path / "mesh.npz")
