"""UVs of an earlier capture, read back from its geometry."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon.capture.stored_uv import uv_at_corners
from addon.capture.uv_choice import BareMesh
from engine.contract.shot import passes_path
from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture, Captured
from tests.capture.test_resuming import assert_equal_shots


def two_quads() -> BareMesh:
    """Side by side, as rows of two and three vertices."""
    return BareMesh(
        vertices=np.zeros((6, 3), np.float32),
        corner_vertices=np.array([0, 1, 4, 3, 1, 2, 5, 4], np.int32),
        polygon_starts=np.array([0, 4], np.int32),
        corners=np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]], np.int32),
    )


def test_uvs_come_back_however_the_polygons_were_cut() -> None:
    mesh, corner_uv = two_quads(), np.random.default_rng(0).random((8, 2), np.float32)
    cut_otherwise = np.array([[0, 1, 3], [1, 2, 3], [4, 5, 7], [5, 6, 7]], np.int32)
    for corners in (mesh.corners, cut_otherwise):
        found = uv_at_corners(mesh, mesh.corner_vertices[corners], corner_uv[corners])
        np.testing.assert_array_equal(found, corner_uv)


def test_uvs_of_other_polygons_do_not_come_back() -> None:
    mesh = two_quads()
    turned = replace(mesh, corner_vertices=mesh.corner_vertices[::-1].copy())
    triangles, uv = mesh.corner_vertices[mesh.corners], np.zeros((4, 3, 2), np.float32)
    assert uv_at_corners(turned, triangles, uv) is None
    assert uv_at_corners(mesh, triangles[:3], uv[:3]) is None


@pytest.fixture(scope="module")
def shot(a_blender: list[str], capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    folder = tmp_path_factory.mktemp("layers")
    made = run_script(a_blender, INSIDE / "make_uvs.py", folder / "uvs.blend")
    assert made.returncode == 0, made.stdout + made.stderr
    return capture(folder / "uvs.blend", folder / "shot")


@pytest.mark.blender
def test_what_appears_late_and_deforms_is_resumed_as_if_uninterrupted(
    shot: Captured, capture: Capture, tmp_path: Path
) -> None:
    """It is there in the frames 2 and 4."""
    shutil.copytree(shot.folder, tmp_path / "shot")
    passes_path(tmp_path / "shot", 4).unlink()
    resumed = capture(shot.folder.parent / "uvs.blend", tmp_path / "shot")
    assert resumed.written == [4]
    assert_equal_shots(resumed, shot)


@pytest.mark.blender
def test_nobody_is_told_that_the_uvs_of_a_text_overlap(shot: Captured) -> None:
    assert {item.uv for item in shot.named("Text")} == {"made"}
    assert [warning for warning in shot.shot.warnings if "the UVs of 'Text'" in warning] == []
