"""Which files a scene is made of: whatever is baked anew is captured anew."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE

pytestmark = pytest.mark.blender
Told = dict[str, dict[str, list[str]]]
FRAMES = range(1, 13)
CACHE = [f"blendcache_baked/436C6F7468_{frame:06}_00.bphys" for frame in FRAMES]
EXTERNAL = [f"caches/cloth_{frame:06}_00.bphys" for frame in FRAMES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="module")
def told(a_blender: list[str], folder: Path) -> Told:
    """What inside/list_sources.py found."""
    ran = run_script(a_blender, INSIDE / "list_sources.py", folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads((folder / "report.json").read_text())


def test_a_cache_beside_the_scene_is_of_it(told: Told) -> None:
    assert told["baked"] == {"sources": ["baked.blend", *CACHE], "missing": [], "lost": []}


def test_a_cache_that_has_no_files_yet_adds_none(told: Told) -> None:
    assert told["live"] == {"sources": ["live.blend"], "missing": [], "lost": []}


def test_an_external_cache_is_of_the_scene_and_nothing_beside_it_is(told: Told) -> None:
    assert told["external"] == {"sources": [*EXTERNAL, "external.blend"], "missing": [], "lost": []}


def test_the_cache_of_a_library_is_of_the_scene(told: Told) -> None:
    assert told["linked"] == {"sources": ["baked.blend", *CACHE, "linked.blend"], "missing": [], "lost": []}


def test_a_bake_that_lost_some_of_its_files_is_named_with_their_frames(told: Told, folder: Path) -> None:
    (warning,) = told["incomplete"]["lost"]
    assert warning.startswith(
        "'Cloth' of 'Cloth' is baked, but the files of its frames 4-5,12 are missing in "
        f"{folder / 'blendcache_baked'}: it is captured without them; "
    )


def test_what_a_bake_lost_is_of_the_scene_for_it_may_come_back(told: Told) -> None:
    assert told["incomplete"]["missing"] == [CACHE[3], CACHE[4], CACHE[11]]
    assert told["gone"]["missing"] == CACHE
    assert told["external gone"]["missing"] == ["caches", *EXTERNAL]
    assert told["make_fluid"]["missing"] == [
        "fluid",
        *(f"fluid/mesh/fluid_mesh_0001.{end}" for end in ("bobj.gz", "obj")),
    ]
    zone = told["make_zone"]["missing"][-1]
    assert re.fullmatch(r"blendcache_make_zone/Zone_Nodes/\d+/meta/00001_00000\.json", zone)


def test_the_signs_of_a_name_beyond_ascii_are_no_matter(told: Told) -> None:
    names = [f"blendcache_make_beyond_ascii/{name}_000001_00.bphys" for name in ("C3BC", "FFFFFFC3FFFFFFBC")]
    assert {*names} <= {*told["make_beyond_ascii"]["missing"]}


def test_tiles_of_an_image_that_are_missing_are_of_the_scene(told: Told) -> None:
    tiles = [f"skin.{number}.png" for number in (1001, 1002, 1011)]
    assert told["make_tiled"]["sources"] == ["make_tiled.blend", *tiles]
    assert told["make_tiled"]["missing"] == tiles[1:]
