"""Every instance has a stable key and an id of its own, also where Cycles has one value for two of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.contract.files import read_json, write_json
from engine.contract.shot import SHOT_FILE
from tests.capture.captured import Capture, Captured

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def kinds(crowds: Path, capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    return capture(crowds / "kinds.blend", tmp_path_factory.mktemp("kinds"))


@pytest.fixture(scope="module")
def ties(crowds: Path, capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    return capture(crowds / "ties.blend", tmp_path_factory.mktemp("ties"))


def assert_ids_are_those_of_rays(captured: Captured, frame: int) -> None:
    passes, rays = captured.passes(frame), captured.rays(frame)
    assert (passes.object_id != rays.object_id).mean() < 1e-3  # Embree and Cycles may differ on an edge


def test_instances_of_every_kind_have_ids_of_their_own(kinds: Captured) -> None:
    counts = {name: len(kinds.named(name)) for name in ("Cube", "Linked 1", "Leaf 0", "Leaf 1", "Scatter", "Emitter")}
    assert counts == {"Cube": 13, "Linked 1": 1, "Leaf 0": 4, "Leaf 1": 4, "Scatter": 9, "Emitter": 1}
    seen = set(np.unique(kinds.passes(2).object_id)) - {0}
    assert {item.id for name in ("Leaf 0", "Scatter") for item in kinds.named(name)} <= seen
    assert_ids_are_those_of_rays(kinds, 2)


def test_keys_and_values_stay_in_any_order_of_frames(
    kinds: Captured, crowds: Path, capture: Capture, tmp_path: Path
) -> None:
    capture(crowds / "kinds.blend", tmp_path, "--frames=2", "--clip=2")
    again = capture(crowds / "kinds.blend", tmp_path)
    assert told(again) == told(kinds)
    assert len(told(kinds)) == len(kinds.shot.objects)


def told(captured: Captured) -> dict[str, tuple[str, str, float | None]]:
    return {item.key: (item.name, item.library, item.pass_value) for item in captured.shot.objects}


def test_keys_stay_when_other_objects_come_and_go(
    kinds: Captured, crowds: Path, capture: Capture, tmp_path: Path
) -> None:
    edited = capture(crowds / "kinds_edited.blend", tmp_path, "--frames=2", "--clip=2")
    added = {item.key for item in edited.shot.objects if item.key not in told(kinds)}
    gone = {item.name for item in kinds.shot.objects if item.key not in told(edited)}
    assert gone == {"Leaf 0"}
    assert len(added) == 3 * 2 + 2  # the new leaf in two middles of three herds, and the old one in the new herd's


def test_collections_that_nodes_instance_keep_their_keys_when_objects_come_and_go(
    crowds: Path, capture: Capture, tmp_path: Path
) -> None:
    shot, edited = (capture(crowds / f"{name}.blend", tmp_path / name) for name in ("hedge", "hedge_edited"))
    counts = {name: len(shot.named(name)) for name in ("Twig 0", "Twig 1", "Leaf")}
    assert counts == {"Twig 0": 2, "Twig 1": 2, "Leaf": 4}
    assert told(shot).keys() <= told(edited).keys()
    assert_ids_are_those_of_rays(shot, 2)


def test_objects_with_one_value_are_told_apart_by_their_places(ties: Captured) -> None:
    first, second = ties.named("aj")[0], ties.named("bE")[0]
    assert first.pass_value == second.pass_value
    assert {first.id, second.id} <= set(np.unique(ties.passes(2).object_id))
    assert_ids_are_those_of_rays(ties, 2)


def test_an_object_that_is_alone_with_its_value_needs_no_place(ties: Captured) -> None:
    assert ties.named("bE")[0].id not in ties.passes(1).object_id
    assert_ids_are_those_of_rays(ties, 1)


def test_the_later_of_two_with_one_value_is_known_where_it_was_captured_first(
    crowds: Path, capture: Capture, tmp_path: Path
) -> None:
    capture(crowds / "ties.blend", tmp_path, "--frames=2", "--clip=2")
    document = read_json(tmp_path / SHOT_FILE)
    for item in document["objects"]:
        item["id"] = len(document["objects"]) + 1 - item["id"]
    write_json(tmp_path / SHOT_FILE, document)
    captured = capture(crowds / "ties.blend", tmp_path)
    assert captured.written == [1]
    for frame in (1, 2):
        assert_ids_are_those_of_rays(captured, frame)


def test_what_nothing_tells_apart_shares_an_id_and_is_named(crowds: Path, capture: Capture, tmp_path: Path) -> None:
    captured = capture(crowds / "coincident.blend", tmp_path, "--frames=1", "--clip=1")
    assert "2 surfaces of 'aj', 'bE' are at one place and share an id" in captured.shot.warnings
    assert set(np.unique(captured.passes(1).object_id)) == {0, 1}
