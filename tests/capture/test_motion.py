"""Simulations come out moving: baked ones from their caches, others frame after frame."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.contract.messages import Message, Progress
from engine.contract.shot import passes_path
from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Capture, Captured
from tests.capture.ray_cast import read_triangles

pytestmark = pytest.mark.blender
SIMULATED = ("Cloth", "Soft", "Rigid", "Zone", "Chip")
RIGGED = ("Latticed", "Shaped", "Driven", "Constrained", "Arrayed")


@pytest.fixture(scope="module")
def moving(a_blender: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scenes of inside/make_moving.py, and truth.json: how low their objects are as Blender plays them."""
    folder = tmp_path_factory.mktemp("moving")
    made = run_script(a_blender, INSIDE / "make_moving.py", folder)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


@pytest.fixture(scope="module")
def live(moving: Path, capture: Capture) -> Captured:
    """All twelve frames of the scene in which nothing is baked."""
    return capture(moving / "live.blend", moving / "shot", "--frames=1-12")


@pytest.fixture(scope="module")
def live_alone(moving: Path, capture: Capture) -> Captured:
    """Two frames of it, captured alone."""
    return capture(moving / "live.blend", moving / "alone", "--frames=6,12", "--clip=12")


def height(captured: Captured, name: str, frame: int) -> float:
    """The lowest z of an object, over all its instances."""
    triangles = read_triangles(captured.folder, captured.shot, frame)
    ids = [item.id for item in captured.named(name)]
    return float(triangles.corners[np.isin(triangles.object_id, ids), :, 2].min())


def played(moving: Path, scene: str, name: str, frame: int) -> float:
    return json.loads((moving / "truth.json").read_text())[scene][str(frame)][name]


def test_cloth_with_a_cache_on_disk_moves_as_it_was_baked(moving: Path, capture: Capture) -> None:
    shot = capture(moving / "disk.blend", moving / "disk", "--frames=1,6,12", "--clip=12")
    for frame in (1, 6, 12):
        assert height(shot, "Cloth", frame) == pytest.approx(played(moving, "disk", "Cloth", frame), abs=1e-5)
    assert height(shot, "Cloth", 12) < 2.5
    assert "blendcache_disk/436C6F7468_000012_00.bphys" in shot.shot.sources
    assert not any("baked" in warning for warning in shot.shot.warnings)


def test_a_cloth_that_lost_its_cache_is_simulated_and_named(moving: Path, capture: Capture, tmp_path: Path) -> None:
    moved = Path(shutil.copy(moving / "disk.blend", tmp_path / "moved.blend"))
    shot = capture(moved, tmp_path / "shot", "--frames=6,12", "--clip=12")
    assert_as_played(shot, moving, "disk")
    (told,) = (warning for warning in shot.shot.warnings if "missing" in warning)
    assert told.startswith(
        f"'Cloth' of 'Cloth' is baked, but its files are missing in {tmp_path / 'blendcache_moved'}: "
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["moved.blend", "shot"]


def test_a_scene_whose_cache_is_back_is_another_one(moving: Path, capture: Capture, tmp_path: Path) -> None:
    words = (
        Path(shutil.copy(moving / "disk.blend", tmp_path / "moved.blend")),
        tmp_path / "shot",
        "--frames=1",
        "--clip=1",
    )
    assert [capture(*words).written, capture(*words).written] == [[1], []]
    shutil.copytree(moving / "blendcache_disk", tmp_path / "blendcache_moved")
    assert capture(*words).written == [1]


def test_caches_and_libraries_that_are_missing_are_named(moving: Path, capture: Capture, tmp_path: Path) -> None:
    shot = capture(moving / "incomplete.blend", tmp_path, "--frames=1", "--clip=1")
    assert {warning for warning in shot.shot.warnings if "missing" in warning} == {
        "the library '//gone.blend' is missing, and with it 'Linked': put it there",
        "the cache '//gone.pc2', which moves 'Streamed', is missing: put it there",
    }


def test_what_gets_its_faces_later_or_from_another_is_not_left_out(
    moving: Path, capture: Capture, tmp_path: Path
) -> None:
    shot = capture(moving / "growing.blend", tmp_path, "--frames=1,12", "--clip=12")
    assert {item.name for item in shot.shot.objects} == {"Built", "Mball"}
    assert not any("left out" in warning or "without" in warning for warning in shot.shot.warnings)


def test_baked_simulations_move_as_they_were_baked(moving: Path, capture: Capture) -> None:
    shot = capture(moving / "baked.blend", moving / "baked", "--frames=6,12", "--clip=12")
    for name in SIMULATED:
        for frame in (6, 12):
            assert height(shot, name, frame) == pytest.approx(played(moving, "baked", name, frame), abs=1e-5), name


@pytest.mark.parametrize("name", SIMULATED)
@pytest.mark.parametrize("frame", [6, 12])
def test_simulations_that_are_not_baked_move_as_they_would_be(
    live_alone: Captured, moving: Path, name: str, frame: int
) -> None:
    assert height(live_alone, name, frame) == pytest.approx(played(moving, "baked", name, frame), abs=1e-5)


def assert_as_played(shot: Captured, moving: Path, scene: str, names: tuple[str, ...] = ("Cloth",)) -> None:
    assert shot.written
    for frame in shot.written:
        for name in names:
            truth = played(moving, scene, name, frame)
            assert height(shot, name, frame) == pytest.approx(truth, abs=1e-5), (name, frame)


@pytest.mark.parametrize("frames", ["4-6", "3,5,7"])
@pytest.mark.parametrize("scene", ["from-10", "from0"])
def test_simulations_that_start_early_move_as_they_are_played(
    moving: Path, capture: Capture, tmp_path: Path, scene: str, frames: str
) -> None:
    shot = capture(moving / f"{scene}.blend", tmp_path, f"--frames={frames}", "--clip=7")
    assert_as_played(shot, moving, scene, ("Cloth", "Soft", "Rigid"))


def test_frames_below_0_are_simulated(moving: Path, capture: Capture, tmp_path: Path) -> None:
    shot = capture(moving / "from-10.blend", tmp_path, "--frames=-3,-1,2", "--clip=2")
    assert shot.written[:2] == [-3, -1]
    assert_as_played(shot, moving, "from-10", ("Cloth", "Soft", "Rigid"))


def test_a_cloth_that_windows_do_not_show_moves(moving: Path, capture: Capture, tmp_path: Path) -> None:
    assert_as_played(capture(moving / "hidden.blend", tmp_path, "--frames=3,5,7", "--clip=7"), moving, "disk")


def test_at_most_three_simulations_are_named(live_alone: Captured) -> None:
    told = next(warning for warning in live_alone.shot.warnings if "not baked" in warning)
    assert told.startswith("the rigid bodies, 'Cloth' of 'Cloth', ")
    assert " and 2 more not baked: " in told


@pytest.fixture
def zone(moving: Path, tmp_path: Path) -> Path:
    """A scene with a baked simulation zone and with what could be the mesh of a fluid, to be changed."""
    shutil.copytree(moving / "blendcache_zone", tmp_path / "blendcache_zone")
    (tmp_path / "fluid" / "mesh").mkdir(parents=True)
    (tmp_path / "fluid" / "mesh" / "fluid_mesh_0001.bobj.gz").write_bytes(b"mesh")
    return Path(shutil.copy(moving / "zone.blend", tmp_path))


def test_a_simulation_zone_that_is_baked_needs_no_sequence(zone: Path, moving: Path, capture: Capture) -> None:
    shot = capture(zone, zone.parent / "shot", "--frames=6,12", "--clip=12")
    assert_as_played(shot, moving, "baked", ("Zone",))
    assert not any("not baked" in warning for warning in shot.shot.warnings)


@pytest.mark.parametrize("baked", ["fluid/mesh/*", "blendcache_zone/Zone_Nodes/*/blobs/*"])
def test_what_is_baked_anew_is_captured_anew(zone: Path, capture: Capture, baked: str) -> None:
    words = (zone, zone.parent / "shot", "--frames=1", "--clip=1")
    capture(*words)
    next(zone.parent.glob(baked)).write_bytes(b"another")
    assert capture(*words).written == [1]


def test_a_simulated_frame_is_the_same_alone_and_among_others(live: Captured, live_alone: Captured) -> None:
    for frame in (6, 12):
        assert live.shot.frames[frame].content == live_alone.shot.frames[frame].content
        mine, theirs = live.passes(frame), live_alone.passes(frame)
        assert all(np.array_equal(getattr(mine, name), getattr(theirs, name)) for name in ("depth", "uv"))


def test_a_simulation_that_was_interrupted_goes_on_to_the_same_frame(
    live: Captured, moving: Path, capture: Capture, tmp_path: Path
) -> None:
    shutil.copytree(live.folder, tmp_path / "shot")
    passes_path(tmp_path / "shot", 7).unlink()
    resumed = capture(moving / "live.blend", tmp_path / "shot", "--frames=1-12")
    assert resumed.written == [7]
    assert resumed.shot.frames[7].content == live.shot.frames[7].content
    assert height(resumed, "Cloth", 7) == height(live, "Cloth", 7)


def test_frames_that_are_stepped_through_show_as_progress(live_alone: Captured) -> None:
    steps = {(each.frame, each.step) for each in live_alone.messages if isinstance(each, Progress)}
    assert {(6, 3), (12, 6)} <= steps
    assert any("not baked" in warning for warning in live_alone.shot.warnings)


def test_a_simulation_in_remapped_time_is_stepped_in_its_own(moving: Path, capture: Capture) -> None:
    """Two of the simulation's frames pass with each of the scene's."""
    fast = capture(moving / "fast.blend", moving / "fast", "--frames=6", "--clip=6")
    for name in SIMULATED:
        assert height(fast, name, 6) == pytest.approx(played(moving, "baked", name, 12), abs=1e-5), name


def test_a_simulation_leaves_no_files_beside_the_scene(moving: Path, capture: Capture, tmp_path: Path) -> None:
    scene = Path(shutil.copy(moving / "live_on_disk.blend", tmp_path))
    shot = capture(scene, tmp_path / "shot", "--frames=12", "--clip=12")
    assert height(shot, "Cloth", 12) == pytest.approx(played(moving, "disk", "Cloth", 12), abs=1e-5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live_on_disk.blend", "shot"]


def test_what_others_write_beside_the_scene_stays_there(moving: Path, capture: Capture, tmp_path: Path) -> None:
    scene, other = Path(shutil.copy(moving / "live_on_disk.blend", tmp_path)), "4F74686572_000001_00.bphys"

    def bake_something_else(_: Message) -> None:
        (tmp_path / "blendcache_live_on_disk").mkdir(exist_ok=True)
        (tmp_path / "blendcache_live_on_disk" / other).touch()

    capture(scene, tmp_path / "shot", "--frames=2", "--clip=2", on_message=bake_something_else)
    assert [path.name for path in (tmp_path / "blendcache_live_on_disk").iterdir()] == [other]


def test_what_opening_a_scene_writes_beside_it_is_no_source_and_is_removed(
    moving: Path, capture: Capture, tmp_path: Path
) -> None:
    scene = Path(shutil.copy(moving / "painted.blend", tmp_path))
    assert list(capture(scene, tmp_path / "shot", "--frames=2", "--clip=2").shot.sources) == ["painted.blend"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["painted.blend", "shot"]


def test_a_liquid_leaves_no_files_beside_the_scene(moving: Path, capture: Capture, tmp_path: Path) -> None:
    scene = Path(shutil.copy(moving / "liquid.blend", tmp_path))
    capture(scene, tmp_path / "shot", "--frames=2", "--clip=2")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["liquid.blend", "shot"]


@pytest.fixture(scope="module")
def rigged(moving: Path, capture: Capture) -> Captured:
    """A scene of every third frame, in which time passes at half its speed."""
    return capture(moving / "rigged.blend", moving / "rigged")


def test_the_frames_of_a_scene_are_those_of_its_step(rigged: Captured) -> None:
    assert rigged.written == [1, 4, 7, 10]


@pytest.mark.parametrize("name", RIGGED)
def test_what_is_rigged_moves_in_the_remapped_time_of_the_scene(rigged: Captured, moving: Path, name: str) -> None:
    for frame in (1, 4, 7, 10):
        assert height(rigged, name, frame) == pytest.approx(played(moving, "remapped", name, frame), abs=1e-5)
    assert height(rigged, name, 10) != pytest.approx(height(rigged, name, 1), abs=0.1)
    assert height(rigged, name, 10) != pytest.approx(played(moving, "rigged", name, 10), abs=0.1)
