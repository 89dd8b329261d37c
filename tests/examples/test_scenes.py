"""The example scenes: small, for every Blender, alive, with settings and UVs that can be relied on."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.addon.blenders import BLENDERS, run_script

ROOT = Path(__file__).resolve().parent.parent.parent
SCENES = ("walker", "turntable", "occluder", "instances")
WITHOUT_UNIQUE_UVS = {"instances/Fence", "instances/Windmill", "instances/Stones"}
TEXELS = 256


class Scenes(NamedTuple):
    """What a Blender found in the example scenes."""

    facts: dict[str, dict[str, Any]]
    uvs: dict[str, np.ndarray]


@pytest.fixture(scope="module", params=list(BLENDERS))
def scenes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    blender = BLENDERS[request.param]()
    folder = tmp_path_factory.mktemp("scenes")
    paths = [ROOT / "examples" / f"{name}.blend" for name in SCENES]
    script = Path(__file__).with_name("look_into_scenes.py")
    found = run_script(blender, script, ROOT, folder / "facts.json", folder / "uvs.npz", *paths)
    assert found.returncode == 0, found.stdout + found.stderr
    return Scenes(json.loads((folder / "facts.json").read_text()), dict(np.load(folder / "uvs.npz")))


def overlapping_texels(triangles: np.ndarray) -> int:
    """How many texel centres lie inside more than one triangle; `triangles` is (triangles, 3, 2) in the unit square."""
    a, b, c = np.moveaxis(triangles.astype(np.float64) * TEXELS, 1, 0)
    low = np.floor(triangles.min(axis=1) * TEXELS).astype(int)
    width, height = (np.ceil(triangles.max(axis=1) * TEXELS).astype(int) - low).max(axis=0)
    covered = np.zeros((TEXELS + 1, TEXELS + 1), dtype=int)
    for x, y in np.ndindex(width, height):
        texel = low + np.array([x, y])
        sides = [_side(start, end, texel + 0.5) for start, end in ((a, b), (b, c), (c, a))]
        inside = np.all(np.array(sides) > 1e-6, axis=0) | np.all(np.array(sides) < -1e-6, axis=0)
        np.add.at(covered, tuple(texel[inside].T), 1)
    return int((covered > 1).sum())


def _side(start: np.ndarray, end: np.ndarray, point: np.ndarray) -> np.ndarray:
    along, across = end - start, point - start
    return along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]


def test_two_triangles_on_the_same_texels_are_found() -> None:
    half = np.array([[(0.1, 0.1), (0.3, 0.1), (0.1, 0.3)]])
    other_half = np.array([[(0.3, 0.3), (0.1, 0.3), (0.3, 0.1)]])
    assert overlapping_texels(np.concatenate([half, other_half])) == 0
    assert overlapping_texels(np.concatenate([half, other_half - 0.05])) > 100


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_under_a_megabyte(name: str) -> None:
    assert (ROOT / "examples" / f"{name}.blend").stat().st_size < 1_000_000


@pytest.mark.blender
def test_every_scene_is_for_the_oldest_blender(scenes: Scenes) -> None:
    assert {tuple(facts["saved_by"][:2]) for facts in scenes.facts.values()} == {(4, 2)}


@pytest.mark.blender
def test_every_scene_is_two_seconds_of_something_that_moves_before_a_camera(scenes: Scenes) -> None:
    moving = {"walker": "Walker", "turntable": "Bust", "occluder": "Ball", "instances": "Sail 1"}
    for name, facts in scenes.facts.items():
        assert (facts["frames"], facts["fps"], facts["camera"]) == ([1, 48], 24, "Camera")
        assert {moving[name], "Camera"} <= set(facts["moves"])


@pytest.mark.blender
def test_the_saved_settings_come_back(scenes: Scenes) -> None:
    words = scenes.facts["walker"]["words"]
    assert words[:2] == ["--frames=1-24", "--prompt=a rusty robot in a desert"]
    assert Path(words[2].removeprefix("--out=")).resolve() == ROOT / "out" / "robot"
    assert all(facts["prompt"] for facts in scenes.facts.values())


@pytest.mark.blender
def test_no_texel_belongs_to_two_places(scenes: Scenes) -> None:
    for name, triangles in scenes.uvs.items():
        if name not in WITHOUT_UNIQUE_UVS:
            assert len(triangles) and triangles.min() >= 0 and triangles.max() <= 1, name
            assert overlapping_texels(triangles) == 0, name


@pytest.mark.blender
def test_the_village_has_what_is_hard_to_capture(scenes: Scenes) -> None:
    assert len(scenes.uvs["instances/Windmill"]) == 0
    assert overlapping_texels(scenes.uvs["instances/Fence"]) > 0
    assert {"instances/Tree 1", "instances/Tree 2"} <= set(scenes.uvs)
