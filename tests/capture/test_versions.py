"""The same scene gives the same shot, whichever Blender captures it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from engine.finding_blender import Blender, find_blender
from tests.addon.blenders import bpy_python, real_blender, run_script
from tests.capture.captured import INSIDE, Captured, capture_with
from tests.capture.ray_cast import within_surfaces

pytestmark = pytest.mark.blender


@dataclass(frozen=True)
class SameScenes:
    """One scene, captured by every Blender of this machine; the oldest has made it."""

    shots: dict[str, Captured]  # by version

    def pairs(self) -> Iterator[tuple[str, Captured, Captured]]:
        (_, first), *others = self.shots.items()
        for version, other in others:
            yield version, first, other


def blenders() -> list[Blender]:
    """The oldest first: those the other tests use, and any Blenders or Pythons in OVERPAINT_TEST_BLENDERS."""
    commands = [command for find in (bpy_python, real_blender) for command in _found(find)]
    commands += [command for command in os.environ.get("OVERPAINT_TEST_BLENDERS", "").split(os.pathsep) if command]
    by_version = {blender.version: blender for blender in map(find_blender, commands)}
    return [by_version[version] for version in sorted(by_version, key=lambda each: tuple(map(int, each.split("."))))]


def _found(find: Callable[[], list[str]]) -> list[str]:
    try:
        return find()[:1]
    except pytest.skip.Exception:
        return []


@pytest.fixture(scope="module", params=["actors", "views"])
def same(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SameScenes:
    found = blenders()
    if len(found) < 2:
        pytest.skip("needs two versions of Blender: OVERPAINT_TEST_BLENDERS names more, Blenders or Pythons with bpy")
    folder = tmp_path_factory.mktemp(request.param)
    script, words = {"actors": ("make_scenes.py", folder), "views": ("make_views.py", folder / "views.blend")}[
        request.param
    ]
    run_script(start_of(found[0]), INSIDE / script, words)
    scene = folder / f"{request.param}.blend"
    return SameScenes(
        {each.version: capture_with(each.command[0])(scene, folder / each.version, "--frames=1,4") for each in found}
    )


def start_of(blender: Blender) -> list[str]:
    """The start of a command that runs a script."""
    options = [] if blender.is_wheel else ["-b", "--factory-startup", "--python-exit-code", "1", "-P"]
    return [*blender.command, *options]


def test_all_versions_know_the_same_objects(same: SameScenes) -> None:
    for version, one, other in same.pairs():
        assert identities(one) == identities(other), version


def identities(shot: Captured) -> list[tuple[int, str, str, str]]:
    """Not the pass values: 5.2 mixes the random numbers of instances otherwise than those before."""
    return [(item.id, item.key, item.name, item.uv) for item in shot.shot.objects]


def test_all_versions_have_the_same_cameras(same: SameScenes) -> None:
    for version, one, other in same.pairs():
        for frame, record in one.shot.frames.items():
            camera = other.shot.frames[frame].camera
            assert camera.name == record.camera.name
            assert np.allclose(camera.intrinsics, record.camera.intrinsics, rtol=1e-6), version
            assert np.allclose(camera.world_to_camera, record.camera.world_to_camera, atol=1e-6), version


@pytest.mark.parametrize("frame", [1, 4])
def test_all_versions_see_the_same(same: SameScenes, frame: int) -> None:
    for version, one, other in same.pairs():
        mine, theirs = one.passes(frame), other.passes(frame)
        within = within_surfaces(mine.object_id)
        assert (mine.object_id != theirs.object_id)[within].sum() == 0, version
        assert (mine.object_id != theirs.object_id).sum() <= 2, version  # on silhouettes
        seen = mine.is_surface & (mine.object_id == theirs.object_id)
        assert seen.sum() > 1000
        depth = np.abs(mine.depth[seen] - theirs.depth[seen]) / mine.depth[seen]
        assert depth.max() < 1e-5, version
        assert np.abs(mine.uv - theirs.uv)[seen].max() < 2e-5, version
