"""What a shot of many instances takes grows with their number, and what they share is there once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.contract.shot import motion_path
from tests.capture.captured import Capture, Captured

pytestmark = pytest.mark.blender

KEY_AND_MATRIX = 16 * 4 + 16 * 8 + 4  # bytes, with the number of the shape


@pytest.fixture(scope="module")
def shots(crowds: Path, capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Captured]:
    folder = tmp_path_factory.mktemp("shots")
    names = ("crowd_of_100", "crowd_of_400", "terrain")
    return {name: capture(crowds / f"{name}.blend", folder / name) for name in names}


@pytest.mark.parametrize("count", [100, 400])
def test_a_mesh_is_stored_once_for_all_its_instances(shots: dict[str, Captured], count: int) -> None:
    crowd = shots[f"crowd_of_{count}"]
    assert len(crowd.named("Scatter")) == count
    assert len(list((crowd.folder / "geometry").iterdir())) == 1
    assert crowd.motion(2).shapes == ()


@pytest.mark.parametrize("count", [100, 400])
def test_an_instance_adds_a_key_and_a_matrix_to_the_motion(shots: dict[str, Captured], count: int) -> None:
    size = motion_path(shots[f"crowd_of_{count}"].folder, 2).stat().st_size
    assert 0 < size - count * KEY_AND_MATRIX < 2000  # what a file needs for itself


def test_what_does_not_change_is_not_stored_again(shots: dict[str, Captured]) -> None:
    terrain = shots["terrain"]
    assert terrain.geometry("Grid")["triangles"].shape == (20000, 3)
    assert motion_path(terrain.folder, 2).stat().st_size < 2000


@pytest.mark.parametrize("name", ["crowd_of_400", "terrain"])
def test_ids_and_depth_are_those_of_rays(shots: dict[str, Captured], name: str) -> None:
    passes, rays = shots[name].passes(2), shots[name].rays(2)
    same = passes.object_id == rays.object_id
    assert same.mean() > 0.999  # Embree and Cycles may differ on an edge
    seen = same & passes.is_surface
    assert (np.abs(passes.depth - rays.depth)[seen] / rays.depth[seen]).max() < 1e-5
