"""When UVs are the same ones, whatever rounding made of them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contract.layers import CornerUv, same_layer, same_uv, uv_gist

RANDOM = np.random.default_rng(0)
UV = RANDOM.random((4000, 3, 2), np.float32)
NOISE = RANDOM.uniform(-2e-7, 2e-7, UV.shape).astype(np.float32)


@pytest.mark.parametrize(("change", "same"), [(0, True), (5e-7, True), (5e-6, False), (np.nan, False)])
def test_uvs_are_the_same_but_for_rounding(change: float, same: bool) -> None:
    other = UV.copy()
    other[-1, 0, 1] += np.float32(change)
    assert same_uv(UV, other) == same


def test_far_tiles_are_coarser() -> None:
    far = UV + np.float32(90)
    assert same_uv(far, np.nextafter(far, np.float32(100)))


def test_uvs_of_another_shape_are_others() -> None:
    assert not same_uv(UV, UV[:-1])


def test_a_layer_is_another_on_other_triangles() -> None:
    triangles = np.arange(12000, dtype=np.int32).reshape(-1, 3)
    assert same_layer({"triangles": triangles, "uv": UV}, {"triangles": triangles, "uv": UV + NOISE})
    assert not same_layer({"triangles": triangles, "uv": UV}, {"triangles": triangles[::-1], "uv": UV})


def test_the_gist_knows_no_rounding() -> None:
    """Of a hundred meshes; the noise is greater than any that was measured."""
    changed = [
        uv_gist(UV) != uv_gist(UV + RANDOM.uniform(-2e-7, 2e-7, UV.shape).astype(np.float32)) for _ in range(100)
    ]
    assert sum(changed) <= 1


@pytest.mark.parametrize("change", [np.float32(1e-3), UV[::-1] - UV, np.float32(0.01) * UV])
def test_the_gist_knows_other_uvs(change: np.ndarray) -> None:
    assert uv_gist(UV + change) != uv_gist(UV)


def fan(sides: int, first: int, noise: float) -> dict[str, np.ndarray]:
    """A polygon, cut into triangles from one of its corners."""
    turn = np.arange(sides) * 2 * np.pi / sides
    uv = np.stack([np.cos(turn), np.sin(turn)], axis=1) + noise * RANDOM.uniform(-1, 1, (sides, 2))
    corners = (first + np.array([[0, at, at + 1] for at in range(1, sides - 1)])) % sides
    return {"triangles": corners.astype(np.int32), "uv": uv[corners].astype(np.float32)}


@pytest.mark.parametrize(("noise", "same"), [(2e-7, True), (1e-4, False)])
def test_corners_keep_their_uvs_however_the_polygon_is_cut(noise: float, same: bool) -> None:
    for first in range(20):
        assert CornerUv.of(fan(20, 0, noise=0)).same_as(CornerUv.of(fan(20, first, noise))) == same
