"""Holes that a material's alpha cuts stay holes; whatever else is transparent is solid; all is as before afterwards."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture, Captured

pytestmark = pytest.mark.blender

ORTHO_WIDTH, CENTRE = 24, (10.5, 0)  # of the scene's camera


@pytest.fixture(scope="module")
def scenes_of_cards(a_blender: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cutouts")
    made = run_script(a_blender, INSIDE / "make_cutouts.py", folder)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


@pytest.fixture(scope="module")
def cards(scenes_of_cards: Path, capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    return capture(scenes_of_cards / "cards.blend", tmp_path_factory.mktemp("cards"))


def quarters(cards: Captured, name: str, frame: int = 1) -> list[list[set[bool]]]:
    """Whether the card is seen in its quarters, upper row first: {True} or {False}, or both where a quarter is torn."""
    key = cards.motion(frame).keys.tolist().index(cards.named(name)[0].key)
    x, y = cards.motion(frame).matrices[key][:2, 3]
    scale = cards.shot.width / ORTHO_WIDTH
    column = round(cards.shot.width / 2 + (x - CENTRE[0]) * scale)
    row = round(cards.shot.height / 2 - (y - CENTRE[1]) * scale)
    is_card = cards.passes(frame).object_id == cards.named(name)[0].id
    half = round(scale)
    tops, lefts = (row - half, row), (column - half, column)
    return [[set(np.unique(is_card[top : top + half, left : left + half])) for left in lefts] for top in tops]


@pytest.mark.parametrize("name", ["principled", "mixed", "grouped", "object slot", "set by nodes"])
def test_a_texture_cuts_its_holes(cards: Captured, name: str) -> None:
    assert quarters(cards, name) == [[{True}, {False}], [{False}, {True}]]


def test_each_face_has_the_holes_of_its_own_material(cards: Captured) -> None:
    assert quarters(cards, "two slots") == [[{True}, {False}], [{True}, {True}]]


def test_textures_keep_the_artists_uvs_where_the_passes_get_others(cards: Captured) -> None:
    assert any("'overlapping'" in warning for warning in cards.shot.warnings)
    texture_in_both_halves = np.kron([[1, 0], [0, 1], [1, 0], [0, 1]], np.ones((8, 16)))  # the card has 32 pixels
    is_card = cards.passes(1).object_id == cards.named("overlapping")[0].id
    rows, columns = np.nonzero(is_card)
    seen = is_card[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    np.testing.assert_array_equal(seen, texture_in_both_halves)


def test_each_of_eight_uv_maps_may_cut_holes(scenes_of_cards: Path, capture: Capture, tmp_path: Path) -> None:
    """There is no room for another map that the passes could be rendered with."""
    shot = capture(scenes_of_cards / "eight_maps.blend", tmp_path / "all")
    for frame in (2, 3):
        assert quarters(shot, "full", frame) == [[{True}, {False}], [{False}, {True}]]
    alone = capture(scenes_of_cards / "eight_maps.blend", tmp_path / "alone", "--frames=3", "--clip=3")
    assert alone.shot.frames[3].content == shot.shot.frames[3].content


def test_holes_of_what_has_no_uvs_are_the_same_in_every_frame(
    scenes_of_cards: Path, capture: Capture, tmp_path: Path
) -> None:
    """Those that it is given are not taken for the artist's: it has them since the scene's first frame is known."""
    captured = capture(scenes_of_cards / "without_uvs.blend", tmp_path, "--frames=2", "--clip=2")
    assert captured.named("bare")[0].id not in captured.passes(2).object_id


SOLID = ["partial", "glass_group", "bare", "bare, subdivided", "empty slot", "made by nodes"]


@pytest.mark.parametrize("name", [*SOLID, "without nodes, subdivided", "without nodes, object slot"])
def test_whatever_is_there_at_all_is_solid(cards: Captured, name: str) -> None:
    assert quarters(cards, name) == [[{True}, {True}], [{True}, {True}]]


@pytest.mark.parametrize("name", ["nothing", "added"])
def test_a_surface_of_nothing_is_not_seen(cards: Captured, name: str) -> None:
    assert cards.named(name)[0].id not in cards.passes(1).object_id


def test_alpha_that_fades_to_nothing_ends_in_a_hole(cards: Captured) -> None:
    faded = cards.named("fading")[0].id
    assert faded in cards.passes(1).object_id
    assert faded not in cards.passes(2).object_id


def test_what_is_behind_a_hole_is_seen_exactly(cards: Captured) -> None:
    passes, wall = cards.passes(1), cards.named("wall")[0].id
    assert passes.is_surface.all()
    assert np.abs(passes.depth[passes.object_id == wall] - 22).max() < 1e-4
    assert np.abs(passes.depth[passes.object_id != wall] - 20).max() < 1e-4
    assert np.allclose(passes.normal, [0, 0, 1], atol=1e-6)


def test_linked_surfaces_have_the_same_holes_and_uvs(
    cards: Captured, scenes_of_cards: Path, capture: Capture, tmp_path: Path
) -> None:
    linked = capture(scenes_of_cards / "linked_cards.blend", tmp_path, "--frames=1", "--clip=1")
    for name in (item.name for item in cards.shot.objects):
        mine, own = (each.passes(1).object_id == each.named(name)[0].id for each in (linked, cards))
        np.testing.assert_array_equal(mine, own, name)
        np.testing.assert_array_equal(linked.passes(1).uv[mine], cards.passes(1).uv[own], name)


def test_an_image_that_is_missing_is_told_with_the_object(
    scenes_of_cards: Path, capture: Capture, tmp_path: Path
) -> None:
    captured = capture(scenes_of_cards / "holes_of_many_kinds.blend", tmp_path, "--frames=1", "--clip=1")
    assert [each for each in captured.shot.warnings if "without holes" in each] == [
        "'missing' is captured without holes: the image '//missing.png' is missing"
    ]
    assert captured.shot.sources.keys() > {"hole_0001.png", "hole_0002.png"}


def test_only_what_the_camera_sees_is_captured(scenes_of_cards: Path, capture: Capture, tmp_path: Path) -> None:
    captured = capture(scenes_of_cards / "hidden_cards.blend", tmp_path, "--frames=1", "--clip=1")
    assert {item.name for item in captured.shot.objects} == {"plain", "held out"}
    assert set(np.unique(captured.passes(1).object_id)) == {0, 1, 2}
    assert (captured.passes(1).object_id == captured.rays(1).object_id).all()


def test_what_another_object_shows_is_named_with_it(scenes_of_cards: Path, capture: Capture, tmp_path: Path) -> None:
    captured = capture(scenes_of_cards / "shown_by_another.blend", tmp_path, "--frames=1", "--clip=1")
    assert "'part' has no UV map: one was made" in captured.shot.warnings


def test_what_makes_or_shows_faces_is_captured_though_it_has_none(
    scenes_of_cards: Path, capture: Capture, tmp_path: Path
) -> None:
    shot = capture(scenes_of_cards / "without_faces.blend", tmp_path, "--frames=1", "--clip=1")
    made = {"volume"} if "Blender 5.0" in shot.shot.generator else {"volume", "points"}  # empty points crash that one
    assert {shot.named(name)[0].id for name in made} <= {*np.unique(shot.passes(1).object_id)}
    assert len(shot.named("shown")) == 2
    assert not any("line" in warning or "no faces" in warning for warning in shot.shot.warnings)


def test_a_material_with_a_volume_and_no_surface_is_nothing(
    scenes_of_cards: Path, capture: Capture, tmp_path: Path
) -> None:
    captured = capture(scenes_of_cards / "fog.blend", tmp_path, "--frames=1", "--clip=1")
    assert set(np.unique(captured.passes(1).object_id)) == {0, captured.named("plain")[0].id}
    assert any("'fog'" in warning for warning in captured.shot.warnings)


@pytest.fixture(scope="module")
def not_as_rendered(scenes_of_cards: Path, capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    folder = tmp_path_factory.mktemp("not_as_rendered")
    return capture(scenes_of_cards / "not_as_rendered.blend", folder, "--frames=1", "--clip=1")


def test_what_a_render_shows_otherwise_is_named(not_as_rendered: Captured) -> None:
    assert set(not_as_rendered.shot.warnings) == {
        "the displacement of the material 'principled' is left out of 'displaced'",
        "the material 'holdout' has a holdout, and is captured as a solid on 'held out'",
        "adaptive subdivision is left out: the modifiers' own levels are captured of 'subdivided'",
        "the objects of 'cut away', a holdout collection, are captured as solid objects",
        "'foggy' is captured without its volume",
    }


def test_a_view_layer_with_a_long_name_has_all_passes(not_as_rendered: Captured) -> None:
    passes = not_as_rendered.passes(1)
    assert set(np.unique(passes.object_id)) == {0, *(item.id for item in not_as_rendered.shot.objects)}


def captured_in_place(a_blender: list[str], scene: Path, folder: Path) -> dict[str, Any]:
    """What inside/capture_cutouts.py found."""
    ran = run_script(a_blender, INSIDE / "capture_cutouts.py", scene, folder / "shot", folder / "report.json")
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    return json.loads((folder / "report.json").read_text())


@pytest.fixture(scope="module")
def in_place(a_blender: list[str], scenes_of_cards: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return captured_in_place(a_blender, scenes_of_cards / "cards.blend", tmp_path_factory.mktemp("in_place"))


def test_every_node_is_as_before(in_place: dict[str, Any]) -> None:
    assert in_place["changed"] == []
    assert in_place["changed_trees"] == []
    assert in_place["changed_by_a_stop"] == []


@pytest.mark.parametrize("change", ["change_texture", "change_mix", "change_slot"])
def test_a_changed_cut_out_is_another_content(in_place: dict[str, Any], change: str) -> None:
    assert in_place[change] == [1, 2]


def test_what_cuts_no_holes_is_no_other_content(in_place: dict[str, Any]) -> None:
    assert in_place["again"] == []
    assert in_place["change_color"] == []


def test_whatever_else_cuts_holes_is_another_content_when_it_changes(
    a_blender: list[str], scenes_of_cards: Path, tmp_path: Path
) -> None:
    shutil.copytree(scenes_of_cards, tmp_path / "scenes")
    found = captured_in_place(a_blender, tmp_path / "scenes" / "holes_of_many_kinds.blend", tmp_path)
    assert found["again"] == []
    for change in ("change_vertex_color", "change_other_map", "change_object_color", "change_empty"):
        assert found[change] == [1, 2], change
    assert found["change_sequence"] == [2]
