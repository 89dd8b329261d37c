from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import ShotInvalid
from engine.contract.frames import Clip
from engine.contract.shot import ShotObject, passes_path, read_shot
from engine.surface.passes import FramePasses, read_passes
from tests.synthetic_shot import BALL, RADIUS, ball_centre, make_shot, trace, write_passes


def test_unprojected_depth_lies_on_the_ball(example_shot: Path) -> None:
    shot = read_shot(example_shot)
    passes, camera = read_passes(example_shot, shot, 2), shot.frames[2].camera
    rows, columns = np.nonzero(passes.object_id == BALL)
    pixels = np.stack([columns + 0.5, rows + 0.5, np.ones(rows.size)])
    in_camera = np.linalg.inv(camera.intrinsics) @ pixels * passes.depth[rows, columns]
    in_world = np.linalg.inv(camera.world_to_camera) @ np.vstack([in_camera, np.ones(rows.size)])
    np.testing.assert_allclose(np.linalg.norm(in_world[:3].T - ball_centre(2), axis=1), RADIUS, rtol=1e-5)


def test_the_background_is_infinitely_far(example_shot: Path) -> None:
    passes = read_passes(example_shot, read_shot(example_shot), 1)
    assert np.isinf(passes.depth[0]).all()
    assert not passes.is_surface[0].any()


def test_a_multi_part_file_reads_like_a_single_part_one(tmp_path: Path) -> None:
    shot = make_shot(tmp_path, Clip(1, 1))
    single = read_passes(tmp_path, shot, 1)
    write_passes(tmp_path, 1, trace(shot, 1), multipart=True)
    multi = read_passes(tmp_path, shot, 1)
    for name in ("depth", "uv", "object_id", "normal"):
        np.testing.assert_array_equal(getattr(multi, name), getattr(single, name))


def test_scaled_passes_show_the_centre_of_every_pixel(tmp_path: Path, example_shot: Path) -> None:
    scaled = read_passes(tmp_path, make_shot(tmp_path, Clip(1, 1), pass_scale=3), 1)
    plain = read_passes(example_shot, read_shot(example_shot), 1)
    np.testing.assert_allclose(scaled.depth, plain.depth, rtol=1e-6)
    np.testing.assert_array_equal(scaled.object_id, plain.object_id)


def test_an_object_may_have_another_value_in_the_pass_than_its_id(tmp_path: Path) -> None:
    shot = make_shot(tmp_path, Clip(1, 1))
    shot = replace(shot, objects=(shot.objects[0], ShotObject(9, "ball", "Ball", pass_value=float(BALL))))
    assert set(np.unique(read_passes(tmp_path, shot, 1).object_id)) == {0, 1, 9}


def test_a_value_that_no_object_has_is_named(tmp_path: Path) -> None:
    shot = make_shot(tmp_path, Clip(1, 1))
    with pytest.raises(ShotInvalid, match=r"2\.0"):
        read_passes(tmp_path, replace(shot, objects=shot.objects[:1]), 1)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_exr_is_named_with_what_to_do(tmp_path: Path, share: float) -> None:
    shot = make_shot(tmp_path, Clip(1, 1))
    path = passes_path(tmp_path, 1)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(ShotInvalid, match=r"0001\.exr is damaged") as caught:
        read_passes(tmp_path, shot, 1)
    assert "capture frame 1 again" in caught.value.hint


def test_missing_passes_are_named(tmp_path: Path) -> None:
    shot = make_shot(tmp_path, Clip(1, 1))
    passes_path(tmp_path, 1).unlink()
    with pytest.raises(ShotInvalid, match="frame 1 are missing"):
        read_passes(tmp_path, shot, 1)


def test_a_channel_that_is_not_there_is_named(tmp_path: Path) -> None:
    shot = make_shot(tmp_path, Clip(1, 1))
    channels = trace(shot, 1)
    del channels["UV.V"]
    write_passes(tmp_path, 1, channels)
    with pytest.raises(ShotInvalid, match=r"UV\.V"):
        read_passes(tmp_path, shot, 1)


@pytest.mark.parametrize("value", [0.0, -1.0, 1e10, np.inf, np.nan])
def test_an_object_without_a_depth_is_named_with_its_pixel(tmp_path: Path, value: float) -> None:
    shot = make_shot(tmp_path, Clip(1, 1))
    channels = trace(shot, 1)
    row, column = np.argwhere(channels["Id.X"] == BALL)[0]
    channels["Depth.Z"][row, column] = value
    write_passes(tmp_path, 1, channels)
    with pytest.raises(ShotInvalid, match=rf"0001\.exr is damaged: pixel \({column}, {row}\) has the object id {BALL}"):
        read_passes(tmp_path, shot, 1)


def test_a_depth_without_an_object_is_damage_in_what_blender_rendered_and_there_only(tmp_path: Path) -> None:
    shot = make_shot(tmp_path, Clip(1, 1))
    channels = trace(shot, 1)
    channels["Depth.Z"][0, 3] = 7.5
    write_passes(tmp_path, 1, channels)
    assert np.isinf(read_passes(tmp_path, shot, 1).depth[0, 3])
    with pytest.raises(ShotInvalid, match=r"damaged: pixel \(3, 0\) has the object id 0 and the depth 7\.5"):
        read_passes(tmp_path, replace(shot, generator="Overpaint 0.1.0, Blender 4.5.15"), 1)


def test_passes_of_another_size_are_refused(tmp_path: Path) -> None:
    shot = make_shot(tmp_path, Clip(1, 1), width=64, height=64)
    write_passes(tmp_path, 1, {name: values[:32] for name, values in trace(shot, 1).items()})
    with pytest.raises(ShotInvalid, match="64x32, not 64x64"):
        read_passes(tmp_path, shot, 1)


def test_passes_check_themselves() -> None:
    plane = np.ones((2, 3), np.float32)
    with pytest.raises(ValueError, match=r"uv: expected \(2, 3, 2\) float32"):
        FramePasses(plane, plane, plane.astype(np.int32), np.dstack([plane] * 3))
    with pytest.raises(ValueError, match="depth"):
        FramePasses(-plane, np.dstack([plane] * 2), plane.astype(np.int32), np.dstack([plane] * 3))
