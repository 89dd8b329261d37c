"""Where pixels' surface points are in other frames, against triangles found one by one, and against the uv pass."""

from collections.abc import Mapping

import numpy as np
import pytest

from engine.bench.rolling_shot import make_rolling_shot
from engine.contract.frames import Clip
from engine.contract.shot import Shot
from engine.surface.correspondence import SurfaceFrame, SurfacePoints, warp
from engine.surface.posing import PosedObject
from engine.surface.projection import project
from engine.surface.rasterising import barycentric_at
from engine.surface.shot_surfaces import ShotSurfaces, TexelAtlas
from engine.surface.splatting import splat, warp_by_uv

SIDE = 96


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, SurfaceFrame]:
    folder = tmp_path_factory.mktemp("rolling")
    shot: Shot = make_rolling_shot(folder, Clip(1, 6), SIDE)
    surfaces = ShotSurfaces(folder, shot)
    return {frame: surfaces.read(frame)[1] for frame in (1, 6)}


def points_of(frame: SurfaceFrame) -> SurfacePoints:
    return SurfacePoints(frame, np.flatnonzero(frame.seen.object_id), TexelAtlas().of)


def slow_world(uv: np.ndarray, here: PosedObject, there: PosedObject) -> np.ndarray:
    """The point of the mesh that has a UV: the one triangle is looked for among all."""
    weights = barycentric_at(here.mesh.uv.astype(np.float64), np.broadcast_to(uv, (len(here.mesh.uv), 2)))
    triangle = int(np.nan_to_num(weights.min(axis=1), nan=-1).argmax())
    point = weights[triangle] @ there.mesh.vertices[there.mesh.triangles[triangle]]
    return there.matrix[:3, :3] @ point + there.matrix[:3, 3]


def test_points_are_where_the_triangle_with_their_uv_is(frames: Mapping[int, SurfaceFrame]) -> None:
    later, earlier = frames[6], frames[1]
    found = warp(points_of(later), earlier)
    ids = later.seen.object_id.ravel()
    for pixel in np.random.default_rng(0).choice(np.flatnonzero(found.seen.ravel()), 100, replace=False):
        number = ids[pixel]
        world = slow_world(later.uv.reshape(-1, 2)[pixel], later.objects[number], earlier.objects[number])
        expected = project(earlier.camera, world[None]).position[0]
        np.testing.assert_allclose(found.position.reshape(-1, 2)[pixel], expected, atol=0.02)


def test_in_their_own_frame_points_are_at_their_pixels_centres(frames: Mapping[int, SurfaceFrame]) -> None:
    found = warp(points_of(frames[6]), frames[6])
    rows, columns = np.nonzero(found.seen)
    np.testing.assert_allclose(found.position[rows, columns], np.stack([columns, rows], axis=-1) + 0.5, atol=1e-3)


def test_what_is_hidden_or_gone_is_not_seen(frames: Mapping[int, SurfaceFrame]) -> None:
    ball = 2
    gone = SurfaceFrame(1, frames[1].camera, frames[1].uv, frames[1].seen, {})
    assert not warp(points_of(frames[6]), gone).seen.any()
    covered = frames[1].seen.object_id == ball
    position = warp(points_of(frames[6]), frames[1])
    ground = (frames[6].seen.object_id == 1) & np.isfinite(position.position[..., 0])
    inside = ground & (position.position >= 0).all(axis=-1) & (position.position < SIDE).all(axis=-1)
    column, row = np.moveaxis(position.position[inside].astype(int), -1, 0)
    assert covered[row, column].any(), "some ground lies behind the ball"
    assert not position.seen[inside][covered[row, column]].any()


def test_the_uv_pass_alone_leads_to_the_same_places(frames: Mapping[int, SurfaceFrame]) -> None:
    exact, by_uv = warp(points_of(frames[6]), frames[1]), warp_by_uv(frames[6], frames[1])
    both = exact.seen & by_uv.seen
    assert both.sum() > 0.85 * exact.seen.sum()
    apart = np.linalg.norm(exact.position[both] - by_uv.position[both], axis=-1)
    assert np.percentile(apart, 50) < 0.05
    assert np.percentile(apart, 95) < 0.5


def test_a_splatted_texel_is_that_of_the_pixels_uv(frames: Mapping[int, SurfaceFrame]) -> None:
    frame, resolution = frames[1], 40
    ((tile, which, pixel),) = splat(frame, 2, resolution)
    expected = {}
    for flat in np.flatnonzero(frame.seen.object_id == 2):
        u, v = frame.uv.reshape(-1, 2)[flat].astype(float) * resolution
        column, row = min(int(u), resolution - 1), min(int(v), resolution - 1)
        off_centre = abs(u - column - 0.5) + abs(v - row - 0.5)
        best = expected.setdefault(row * resolution + column, (off_centre, flat))
        expected[row * resolution + column] = min(best, (off_centre, flat))
    assert tile == (0, 0)
    assert dict(zip(which, pixel, strict=True)) == {texel: flat for texel, (_, flat) in expected.items()}
