"""What people are told before anything is rendered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caveats")


@pytest.fixture(scope="module")
def told(a_blender: list[str], folder: Path) -> dict[str, list[str]]:
    """The warnings of the scenes that inside/list_caveats.py makes."""
    ran = run_script(a_blender, INSIDE / "list_caveats.py", folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads((folder / "report.json").read_text())


@pytest.mark.parametrize("scene", ["shown_by_a_collection", "shown_by_nodes"])
def test_what_only_an_instance_shows_is_named_where_it_is_left_out(told: dict[str, list[str]], scene: str) -> None:
    assert told[scene] == ["'Smoke' is a volume: it is left out, for it has no faces"]


def test_what_nothing_shows_is_not_named(told: dict[str, list[str]]) -> None:
    assert told["shown_by_nothing"] == []


def test_frames_that_early_particles_get_wrong_are_named_where_they_are_asked_for(told: dict[str, list[str]]) -> None:
    wrong = (
        "the frames below 1 show the particles 'Particles' of 'Plane' at wrong places, for they start before 0: "
        "start them at 0"
    )
    assert wrong in told["from frame -2"]
    assert wrong not in told["from frame 1"]


def test_a_fluid_that_lost_its_files_is_named_with_their_folder(told: dict[str, list[str]], folder: Path) -> None:
    assert told["fluid gone"] == [
        f"the fluid 'Fluid' of 'Cube' is baked, but its files are missing in {folder / 'gone'}: "
        "it is captured without them; put them there, or bake it again"
    ]
    assert told["fluid there"] == []
    assert told["fluid unbaked"] == ["the fluid 'Fluid' of 'Cube' is not baked, and stays at its start"]


def test_a_liquid_that_a_module_cannot_simulate_is_named(told: dict[str, list[str]], a_blender: list[str]) -> None:
    named = any("'Fluid' of 'Cube' stays at its start" in warning for warning in told["fluid live"])
    assert named == ("--factory-startup" not in a_blender)
