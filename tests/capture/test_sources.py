"""Which files a scene is made of: whatever is baked anew is captured anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE

pytestmark = pytest.mark.blender
Told = dict[str, dict[str, list[str]]]
FRAMES = range(1, 13)
CACHE = [f"blendcache_baked/436C6F7468_{frame:06}_00.bphys" for frame in FRAMES]


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
    assert told["baked"] == {"sources": ["baked.blend", *CACHE], "lost": []}


def test_a_cache_that_has_no_files_yet_adds_none(told: Told) -> None:
    assert told["live"] == {"sources": ["live.blend"], "lost": []}


def test_an_external_cache_is_of_the_scene_and_nothing_beside_it_is(told: Told) -> None:
    files = [f"caches/cloth_{frame:06}_00.bphys" for frame in FRAMES]
    assert told["external"] == {"sources": [*files, "external.blend"], "lost": []}


def test_the_cache_of_a_library_is_of_the_scene(told: Told) -> None:
    assert told["linked"] == {"sources": ["baked.blend", *CACHE, "linked.blend"], "lost": []}


def test_a_bake_that_lost_some_of_its_files_is_named_with_their_frames(told: Told, folder: Path) -> None:
    (warning,) = told["incomplete"]["lost"]
    assert warning.startswith(
        "'Cloth' of 'Cloth' is baked, but the files of its frames 4-5,12 are missing in "
        f"{folder / 'blendcache_baked'}: it is captured without them; "
    )
