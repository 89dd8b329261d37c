"""Which texels are seen, against rays to every one of them."""

from pathlib import Path

import numpy as np
import pytest

from engine.bench.rolling_shot import make_rolling_shot
from engine.contract.frames import Clip
from engine.contract.shot import Camera
from engine.surface.passes import FramePasses
from engine.surface.projection import project, unproject
from engine.surface.shot_surfaces import ShotSurfaces, TexelAtlas
from engine.surface.visibility import SeenSurface


def is_hidden(point: np.ndarray, eye: np.ndarray, corners: np.ndarray) -> bool:
    """Whether any triangle (T, 3, 3) comes before the point on the way from the eye: Möller and Trumbore, 1997."""
    way = point - eye
    edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    p = np.cross(way, edge2)
    determinant = (edge1 * p).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = eye - corners[:, 0]
        u = (t * p).sum(axis=1) / determinant
        q = np.cross(t, edge1)
        v = (way * q).sum(axis=1) / determinant
        length = (edge2 * q).sum(axis=1) / determinant
        return bool(((u >= 0) & (v >= 0) & (u + v <= 1) & (length > 0) & (length < 1 - 1e-4)).any())


def test_texels_are_seen_as_rays_see_them_but_for_a_rim_of_a_pixel(tmp_path: Path) -> None:
    shot = make_rolling_shot(tmp_path, Clip(1, 1), 128)
    _, frame = ShotSurfaces(tmp_path, shot).read(1)
    eye = np.linalg.inv(frame.camera.world_to_camera)[:3, 3]
    worlds = {n: o.mesh.vertices @ o.matrix[:3, :3].T + o.matrix[:3, 3] for n, o in frame.objects.items()}
    corners = np.concatenate([worlds[n][o.mesh.triangles] for n, o in frame.objects.items()])
    accepted, hidden, same_id = [], [], []
    for number, posed in frame.objects.items():
        texels = TexelAtlas().of(posed)
        points = texels.positions(worlds[number], posed.mesh.triangles).astype(np.float64)
        points = np.random.default_rng(number).permutation(points)[:200]
        projected = project(frame.camera, points)
        inside = projected.inside(128, 128)
        column, row = projected.position[inside].astype(int).T
        same_id += (frame.seen.object_id[row, column] == number).tolist()
        seen = np.isin(np.arange(200), frame.seen.pixels_of(number, projected)[0])
        accepted += seen[inside].tolist()
        hidden += [is_hidden(point, eye, corners) for point in points[inside]]
    accepted, hidden, same_id = np.array(accepted), np.array(hidden), np.array(same_id)
    assert accepted.sum() > 300
    assert hidden[accepted].mean() < 0.03
    assert (~accepted & ~hidden).sum() < 0.15 * (~hidden).sum()
    assert hidden[same_id].mean() > 0.3, "the id alone does not tell"


def sloping_passes(camera: Camera, side: int, tilt: float) -> tuple[FramePasses, np.ndarray]:
    """A plane that is tilted about the x axis, 5 m away, at the pixels' centres."""
    normal = np.array([0, -np.sin(tilt), -np.cos(tilt)])
    rows, columns = np.indices((side, side)) + 0.5
    rays = np.stack([columns, rows, np.ones_like(rows)], axis=-1) @ np.linalg.inv(camera.intrinsics).T
    depth = normal[2] * 5 / (rays @ normal)
    passes = FramePasses(
        depth.astype(np.float32),
        np.zeros((side, side, 2), np.float32),
        np.ones((side, side), np.int32),
        np.broadcast_to(normal, (side, side, 3)).astype(np.float32),
    )
    return passes, normal


@pytest.mark.parametrize("degrees", [0, 45, 80])
def test_every_point_of_a_sloping_plane_is_seen_wherever_in_its_pixel_it_lies(degrees: float) -> None:
    camera = Camera("C", "perspective", np.array([[640, 0, 32], [0, 640, 32], [0, 0, 1]]), np.eye(4))
    passes, normal = sloping_passes(camera, 64, np.radians(degrees))
    position = np.random.default_rng(0).uniform(20, 44, (500, 2))
    rays = unproject(camera, position, np.ones(500))
    points = rays * (normal[2] * 5 / (rays @ normal))[:, None]
    seen = SeenSurface.of(passes, camera)
    assert len(seen.pixels_of(1, project(camera, points))[0]) == 500
    assert len(seen.pixels_of(1, project(camera, points * 1.05))[0]) == 0, "what lies 25 cm behind it is not"
    assert len(seen.pixels_of(2, project(camera, points))[0]) == 0, "another object is not"
