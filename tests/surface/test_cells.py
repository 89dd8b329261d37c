"""Cells of surfaces: squares of UV that frames share, about one to a layer's pixel, and none across two islands."""

from dataclasses import replace

import numpy as np
import pytest

from engine.contract.errors import ShotInvalid
from engine.contract.shot import ShotObject
from engine.surface.cells import (
    ISLAND_BITS,
    NO_CELL,
    OBJECT_BITS,
    ORIGIN,
    PLACE_BITS,
    UNTOLD,
    cell_levels,
    objects_of,
    pixel_cells,
    pixel_islands,
    uv_fineness,
)
from engine.surface.correspondence import SurfaceFrame, pixel_centres
from engine.surface.passes import FramePasses
from engine.surface.posing import Mesh, PosedObject
from engine.surface.projection import unproject
from engine.surface.shot_surfaces import TexelAtlas
from tests.surface.noise_scenes import BALL, GROUND, TWIN, ball, camera, show, without_geometry

OBJECTS = (GROUND, BALL, TWIN)


def flat(pixels_per_tile: float, size: int = 64, number: int = BALL.id) -> FramePasses:
    """A plane that faces the camera."""
    row, column = np.indices((size, size))
    uv = (np.stack([column, row], axis=-1) / pixels_per_tile).astype(np.float32)
    ids = np.full((size, size), number, np.int32)
    return FramePasses(np.ones((size, size), np.float32), uv, ids, np.zeros((size, size, 3), np.float32))


def halves() -> SurfaceFrame:
    """The ball, the triangles of its lower and upper half being two islands that touch in the UVs."""
    frame = show([ball()], camera(size=64), size=64)
    posed = frame.objects[BALL.id]
    upper = posed.mesh.uv[..., 1].mean(axis=1) > 0.5
    mesh = replace(posed.mesh, island=upper.astype(np.int32))
    return replace(frame, objects={BALL.id: replace(posed, mesh=mesh)})


def cell_places(frame: SurfaceFrame, level: int) -> dict[int, np.ndarray]:
    """A point (3,) of the ball, in its own space, for each cell that the frame shows."""
    pixels = np.flatnonzero(frame.seen.object_id == BALL.id)
    depth = frame.seen.depth.ravel()[pixels].astype(np.float64)
    world = unproject(frame.camera, pixel_centres(pixels, frame.seen.object_id.shape[1]), depth)
    own = (world - frame.objects[BALL.id].matrix[:3, 3]) @ frame.objects[BALL.id].matrix[:3, :3]
    cells = pixel_cells(frame.seen.object_id, frame.uv, np.zeros_like(frame.seen.object_id), {BALL.id: level})
    return dict(zip(cells.ravel()[pixels].tolist(), own, strict=True))


def slow_cell(object_id: int, island: int, u: float, v: float, level: int) -> int:
    """Field by field, in Python's integers."""
    fields = ((object_id, OBJECT_BITS), (island, ISLAND_BITS), (int(v // 2.0**-level) + ORIGIN, PLACE_BITS))
    cell = 0
    for field, bits in (*fields, (int(u // 2.0**-level) + ORIGIN, PLACE_BITS)):
        assert 0 <= field < 2**bits
        cell = cell * 2**bits + field
    return cell


def test_cells_equal_their_slow_twin() -> None:
    random = np.random.default_rng(0)
    ids = random.integers(1, 4, (8, 9)).astype(np.int32)
    uv = random.uniform(-3, 12, (8, 9, 2)).astype(np.float32)
    island = random.integers(0, 2**ISLAND_BITS, (8, 9)).astype(np.int32)
    levels = {1: 0, 2: 5, 3: 12}
    samples = zip(ids.ravel(), island.ravel(), uv.reshape(-1, 2), strict=True)
    expected = [slow_cell(int(i), int(k), float(u), float(v), levels[int(i)]) for i, k, (u, v) in samples]
    assert pixel_cells(ids, uv, island, levels).ravel().tolist() == expected


def test_the_highest_fields_fit_a_cell() -> None:
    ids = np.full((1, 1), 2**OBJECT_BITS - 1, np.int32)
    uv, island = np.full((1, 1, 2), 15.9999, np.float32), np.full((1, 1), 2**ISLAND_BITS - 1, np.int32)
    assert 2**62 < pixel_cells(ids, uv, island, {2**OBJECT_BITS - 1: 12}).item() < 2**63


def test_a_cell_is_one_place_of_the_surface_in_every_frame() -> None:
    before, after = (cell_places(show([ball(yaw=yaw)], camera(size=64), size=64), level=5) for yaw in (0, 20))
    shared = before.keys() & after.keys()
    assert len(shared) > 0.5 * len(before)
    circumference = 2 * np.pi * 0.6
    largest = np.hypot(circumference, circumference / 2) / 2**5
    assert max(np.linalg.norm(before[cell] - after[cell]) for cell in shared) < largest


@pytest.mark.filterwarnings("error")
def test_there_is_no_cell_without_an_object_a_level_or_a_usable_uv() -> None:
    ids = np.array([[0, 1, 2, 1, 1, 3, 1]], np.int32)
    uv = np.array([[[0, 0], [np.nan, 0], [0, 0], [0, np.inf], [17, 0], [1500, 0], [0.5, 0.5]]], np.float32)
    cells = pixel_cells(ids, uv, np.zeros_like(ids), {1: 12, 3: 0, 7: 3})
    assert (cells == NO_CELL).tolist() == [[True, True, True, True, True, True, False]]


def test_an_object_id_without_room_is_refused() -> None:
    ids = np.full((1, 1), 2**OBJECT_BITS, np.int32)
    with pytest.raises(ShotInvalid, match="131072 is too high"):
        pixel_cells(ids, np.zeros((1, 1, 2), np.float32), np.zeros_like(ids), {2**OBJECT_BITS: 3})


@pytest.mark.parametrize("stride", [8, 16, 32, 64])
@pytest.mark.parametrize("pixels_per_tile", [300.0, 1000.0])
def test_a_cell_is_about_as_large_as_a_layers_pixel(stride: int, pixels_per_tile: float) -> None:
    level = cell_levels(uv_fineness([flat(pixels_per_tile)], OBJECTS), stride)[BALL.key]
    assert 2**-0.5 < 2**level / pixels_per_tile * stride < 2**0.5 + 0.05


def test_levels_stay_between_one_cell_to_a_tile_and_the_finest() -> None:
    assert cell_levels({"far": 2.0, "near": 30.0}, stride=8) == {"far": 0, "near": 12}


def test_fineness_is_the_median_over_the_pixels_of_the_probe() -> None:
    few, many = flat(64.0, size=17), flat(512.0, size=33)
    assert uv_fineness([few, many], OBJECTS) == {BALL.key: 9.0}
    assert uv_fineness([few, few, few, few, few, many], OBJECTS) == {BALL.key: 6.0}
    assert uv_fineness([few, flat(512.0, number=TWIN.id)], OBJECTS) == {BALL.key: 6.0, TWIN.key: 9.0}


def test_an_object_without_uvs_or_of_one_pixel_has_no_fineness() -> None:
    bare = ShotObject(BALL.id, BALL.key, BALL.name, has_uv=False)
    dot = flat(64.0, size=1)
    assert uv_fineness([flat(64.0)], [bare]) == uv_fineness([dot], OBJECTS) == uv_fineness([], OBJECTS) == {}


def test_islands_that_touch_are_told_apart_pixel_by_pixel() -> None:
    frame, atlas = halves(), TexelAtlas()
    islands = pixel_islands(frame, atlas.of)
    shown = frame.seen.object_id == BALL.id
    clear = shown & (abs(frame.uv[..., 1] - 0.5) > 1 / atlas.resolution)
    assert set(np.unique(islands[clear])) == {1, 2}
    np.testing.assert_array_equal(islands[clear], np.where(frame.uv[..., 1] > 0.5, 2, 1)[clear])
    assert (islands[~shown] == UNTOLD).all()


def test_cells_do_not_join_two_islands() -> None:
    frame = halves()
    islands = pixel_islands(frame, TexelAtlas().of)
    cells = pixel_cells(frame.seen.object_id, frame.uv, islands, {BALL.id: 0})
    assert len(np.unique(cells[cells != NO_CELL])) == 2


def test_one_island_and_no_geometry_are_told_by_nothing() -> None:
    frame = show([ball()], camera(size=64), size=64)
    for shown in (frame, without_geometry(halves())):
        assert not pixel_islands(shown, TexelAtlas().of).any()


@pytest.mark.parametrize("source", ["artist", "made"])
def test_only_the_artists_layer_is_still_the_same_when_faces_have_changed(source: str) -> None:
    frame = show([ball(replace(BALL, uv=source))], camera(size=64), size=64)
    posed = frame.objects[BALL.id]
    cut = replace(frame, objects={BALL.id: replace(posed, mesh=replace(posed.mesh, topology="0abc"))})
    before, after = (pixel_islands(each, TexelAtlas().of) for each in (frame, cut))
    assert np.array_equal(before, after) == (source == "artist")


@pytest.mark.filterwarnings("error")
def test_pixels_with_bad_uvs_have_no_island() -> None:
    frame = halves()
    frame.uv[frame.seen.object_id == BALL.id] = np.nan
    assert not pixel_islands(frame, TexelAtlas().of).any()


def test_a_mesh_has_an_island_for_every_triangle() -> None:
    posed: PosedObject = halves().objects[BALL.id]
    arrays = vars(posed.mesh) | {"island": np.zeros(3, np.int32)}
    with pytest.raises(ValueError, match="island: expected one for each of"):
        Mesh.of(arrays)


def test_a_cell_knows_its_object() -> None:
    ids = np.array([[0, 1, 131071]], np.int32)
    cells = pixel_cells(ids, np.full((1, 3, 2), 0.5, np.float32), np.full((1, 3), 4095, np.int32), {1: 12, 131071: 0})
    assert objects_of(cells) == {1, 131071}
