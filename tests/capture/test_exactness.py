"""The passes, against what is known of the scenes and against rays cast at their meshes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.contract.shot import Camera
from engine.surface.passes import FramePasses
from tests.capture.captured import Capture, Captured
from tests.capture.ray_cast import Seen, within_surfaces
from tests.capture.witness import Witness, ask_witness

pytestmark = pytest.mark.blender
FRAMES = (1, 2, 3, 4, 5)


@pytest.fixture(scope="module")
def witness(a_blender: list[str], scenes: Path, actors: Captured, tmp_path_factory: pytest.TempPathFactory) -> Witness:
    folder, size = tmp_path_factory.mktemp("witness"), (actors.shot.width, actors.shot.height)
    return ask_witness(a_blender, scenes / "actors.blend", folder, size, FRAMES)


@pytest.mark.parametrize("frame", FRAMES)
def test_passes_are_what_rays_at_blenders_own_meshes_meet(actors: Captured, witness: Witness, frame: int) -> None:
    artists = {item.id for item in actors.shot.objects if item.uv == "artist"}
    assert_seen(actors.passes(frame), witness.seen_in(actors, frame), artists)


@pytest.mark.parametrize("frame", FRAMES)
def test_passes_are_what_rays_at_geometry_and_motion_meet(actors: Captured, frame: int) -> None:
    assert_seen(actors.passes(frame), actors.rays(frame), {item.id for item in actors.shot.objects})


def assert_seen(passes: FramePasses, seen: Seen, with_uv: set[int]) -> None:
    within = within_surfaces(seen.object_id)
    assert (passes.object_id != seen.object_id)[within].sum() == 0
    assert (passes.object_id != seen.object_id).sum() <= 2  # on silhouettes, where Embree and Cycles may differ
    same = (passes.object_id == seen.object_id) & passes.is_surface
    assert (np.abs(passes.depth - seen.depth)[same] / seen.depth[same]).max() < 1e-5
    has_uv = same & np.isin(passes.object_id, list(with_uv))
    assert np.abs(passes.uv - seen.uv)[has_uv].max() < 2e-5


@pytest.mark.parametrize("frame", [1, 3])
def test_depth_lies_on_the_cube(truth: Captured, frame: int) -> None:
    """The first camera is shifted and sees pixels that are not square, the second is orthographic."""
    passes, camera = truth.passes(frame), truth.shot.frames[frame].camera
    cube = passes.object_id == truth.named("Cube")[0].id
    points = unproject(camera, passes.depth)[cube]
    assert cube.sum() > 200
    assert np.abs(np.abs(points).max(axis=-1) - 1).max() < 1e-4


def unproject(camera: Camera, depth: np.ndarray) -> np.ndarray:
    """World points (height, width, 3) of every pixel, by the words of the contract."""
    rows, columns = np.indices(depth.shape)
    z = np.where(np.isfinite(depth), depth, 0)
    pixels = np.stack([columns + 0.5, rows + 0.5, np.ones_like(z)], axis=-1) @ np.linalg.inv(camera.intrinsics).T
    if camera.projection == "perspective":
        points = pixels * z[..., None]
    else:
        points = np.concatenate([pixels[..., :2], z[..., None]], axis=-1)
    to_world = np.linalg.inv(camera.world_to_camera)
    return points @ to_world[:3, :3].T + to_world[:3, 3]


def test_depth_that_cannot_be_exact_is_told(scenes: Path, truth: Captured, capture: Capture, tmp_path: Path) -> None:
    far = capture(scenes / "far.blend", tmp_path, "--frames=1", "--clip=1")
    sentence = "the camera is 5000 m from the world's origin: there depth is exact to about 0.6 mm only"
    assert [sentence in warning for warning in far.shot.warnings] == [True]
    assert truth.shot.warnings == ()


@pytest.mark.parametrize("frame", [1, 3])
def test_uv_and_normal_of_a_quad_are_the_known_ones(truth: Captured, frame: int) -> None:
    passes, camera = truth.passes(frame), truth.shot.frames[frame].camera
    quad = passes.object_id == truth.named("Quad")[0].id
    points = unproject(camera, passes.depth)[quad]
    assert quad.sum() > 100
    assert np.abs(passes.uv[quad] - points[:, [0, 2]] / 10).max() < 2e-5
    assert np.allclose(passes.normal[quad], [0, -1, 0], atol=1e-6)


def test_normals_point_out_of_the_cube(truth: Captured) -> None:
    passes = truth.passes(1)
    cube = passes.object_id == truth.named("Cube")[0].id
    points = unproject(truth.shot.frames[1].camera, passes.depth)[cube]
    assert np.abs((points * passes.normal[cube]).sum(axis=-1) - 1).max() < 1e-4


def test_a_camera_that_a_marker_binds_is_the_one_of_its_frames(truth: Captured) -> None:
    names = {frame: item.camera.name for frame, item in truth.shot.frames.items()}
    assert names == {1: "Shifted", 2: "Shifted", 3: "Orthographic"}


def test_every_instance_has_an_id_of_its_own(actors: Captured) -> None:
    assert len(actors.named("Suzanne")) == 3
    assert len(actors.named("Scatter")) == 16
    seen = set(np.unique(actors.passes(1).object_id))
    assert {item.id for item in actors.named("Scatter")} <= seen
    assert len({item.pass_value for item in actors.shot.objects}) == len(actors.shot.objects)


def test_geometry_is_that_of_the_render_and_not_of_the_window(actors: Captured) -> None:
    assert len(actors.geometry("Tube")["triangles"]) == 384  # subdivided twice; the window does not subdivide


def test_motion_is_a_matrix_for_what_is_rigid_and_vertices_for_what_bends(actors: Captured) -> None:
    assert actors.motion(4).matrices.dtype == np.float64
    assert actors.shape("Ground", 4) == {}
    assert actors.shape("Tube", 4)["vertices"].dtype == np.float32
    assert actors.shape("Tube", 1) == {}  # the frame that its geometry is from


def test_changing_topology_comes_with_its_frame(actors: Captured) -> None:
    counts = [len((actors.geometry("Grid") | dict(actors.shape("Grid", frame)))["triangles"]) for frame in (1, 5)]
    assert counts[0] < counts[1]


def test_a_quad_that_is_cut_otherwise_brings_its_triangles_along(actors: Captured) -> None:
    assert "triangles" not in actors.shape("Dart", 1)
    assert not np.array_equal(actors.shape("Dart", 5)["triangles"], actors.geometry("Dart")["triangles"])


def test_a_cube_has_the_islands_of_its_uv_map(truth: Captured) -> None:
    assert set(truth.geometry("Cube")["island"]) == {0}
    assert truth.geometry("Cube")["uv"].shape == (12, 3, 2)


def test_an_object_without_uv_is_named_and_given_some(actors: Captured) -> None:
    assert [item.name for item in actors.shot.objects if item.uv == "made"] == ["Würfelß日本", "Text"]
    assert "'Würfelß日本' has no UV map: one was made" in actors.shot.warnings
