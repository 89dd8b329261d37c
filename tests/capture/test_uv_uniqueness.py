"""Whether UVs overlap: by hand, and against a slow twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.capture.uv_uniqueness import CHUNK, covered_texels, is_unique, texture_areas
from tests.capture.uv_meshes import flat_uv, sheet, times_covered

SQUARE = np.array([[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]], np.float32)
AREA = np.array([0.5, 0.5])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 1)] * 6), min_size=1, max_size=6))
def test_the_share_that_is_covered_twice_is_that_of_the_slow_twin(corners: list[tuple[float, ...]]) -> None:
    uv = np.array(corners).reshape(-1, 3, 2)
    counts = times_covered(uv, 128)
    if (counts > 0).sum() > 500:
        share = (counts > 1).sum() / (counts > 0).sum()
        assert covered_texels(uv).share_covered_twice == pytest.approx(share, abs=0.03)


@given(st.integers(2, 9), st.integers(2, 9), st.floats(0, 6.3), st.floats(0.01, 1.0))
@settings(max_examples=40, deadline=None)
def test_triangles_that_share_edges_share_no_sample(columns: int, rows: int, angle: float, size: float) -> None:
    mesh = sheet(columns, rows)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    uv = (flat_uv(mesh) @ turn * size / 9).astype(np.float32)[mesh.corners]
    assert not covered_texels(uv).again.any()


@pytest.mark.parametrize("shift, unique", [((0, 0), False), ((0.9, 0), False), ((1, 0), True), ((1, 1), True)])
def test_a_copy_is_unique_as_soon_as_it_lies_apart_even_a_whole_tile(shift: tuple[float, float], unique: bool) -> None:
    uv = np.concatenate([SQUARE, SQUARE + np.array(shift, np.float32)])
    assert is_unique(uv, np.full(4, 0.5)) == unique


def test_what_covers_itself_in_a_corner_of_the_plane_is_found() -> None:
    tiny = SQUARE * 1e-3 + 0.7
    assert is_unique(tiny, AREA)
    assert not is_unique(np.concatenate([tiny, tiny[:1, ::-1]]), np.full(3, 0.5))


def test_negligible_overlaps_are_tolerated() -> None:
    overlap = np.array([0.9995, 0], np.float32)
    assert is_unique(np.concatenate([SQUARE, SQUARE + overlap]), np.full(4, 0.5))
    assert not is_unique(np.concatenate([SQUARE, SQUARE + overlap - [0.01, 0]]), np.full(4, 0.5))


@pytest.mark.parametrize("value", [np.nan, np.inf, 101.0, -1e30])
def test_uvs_that_are_no_place_in_the_texture_are_not_unique(value: float) -> None:
    uv = SQUARE.copy()
    uv[1, 2, 0] = value
    assert not is_unique(uv, AREA)


def test_a_surface_that_has_no_room_in_the_texture_is_not_unique() -> None:
    squeezed = SQUARE.copy()
    squeezed[1] = squeezed[1, :1]
    assert not is_unique(squeezed, AREA)
    assert is_unique(squeezed, np.array([0.5, 0.0]))  # no surface is lost
    assert not is_unique(np.zeros_like(SQUARE), AREA)


def test_the_number_of_triangles_at_a_time_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = sheet(20, 20)
    uv = flat_uv(mesh)[mesh.corners]
    whole = covered_texels(np.concatenate([uv, uv[:7]]))
    monkeypatch.setattr("addon.capture.uv_uniqueness.CHUNK", 13)
    parts = covered_texels(np.concatenate([uv, uv[:7]]))
    assert len(uv) < CHUNK
    assert np.array_equal(whole.texel, parts.texel)
    assert np.array_equal(whole.triangle, parts.triangle)


def test_groups_have_textures_of_their_own() -> None:
    uv = np.concatenate([SQUARE, SQUARE])
    assert covered_texels(uv).again.any()
    assert not covered_texels(uv, np.array([0, 0, 5, 5])).again.any()


def test_areas_are_negative_where_the_texture_is_mirrored() -> None:
    assert texture_areas(SQUARE).tolist() == [0.5, 0.5]
    assert texture_areas(SQUARE * np.array([-1, 1], np.float32)).tolist() == [-0.5, -0.5]
