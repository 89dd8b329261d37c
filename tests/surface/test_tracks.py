from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.bench.rolling_shot import make_rolling_shot
from engine.contract.errors import ShotInvalid
from engine.contract.frames import Clip
from engine.contract.shot import ShotFrame, read_shot
from engine.surface.shot_surfaces import ShotSurfaces
from engine.surface.tracks import PointTracks, even_shares, track_points
from tests.synthetic_shot import make_shot


@pytest.fixture(scope="module")
def shot_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rolling")
    make_rolling_shot(folder, Clip(1, 6), 64)
    return folder


@pytest.fixture(scope="module")
def tracks(shot_folder: Path) -> PointTracks:
    return track_points(shot_folder, read_shot(shot_folder), 60)


def test_every_track_passes_through_its_query_point_and_is_seen_there(tracks: PointTracks) -> None:
    t = tracks.query_points[:, 0].astype(int)
    at_query = tracks.target_points[np.arange(60), t]
    np.testing.assert_allclose(at_query, tracks.query_points[:, :0:-1], atol=1e-3)
    assert not tracks.occluded[np.arange(60), t].any()


def test_points_are_seen_where_the_pixel_shows_their_object(tracks: PointTracks, shot_folder: Path) -> None:
    for index, frame in enumerate(tracks.frames):
        ids = ShotSurfaces(shot_folder, read_shot(shot_folder)).read(int(frame))[1].seen.object_id
        seen = ~tracks.occluded[:, index]
        column, row = tracks.target_points[seen, index].astype(int).T
        assert (ids[row, column] == tracks.object_id[seen]).all()


def test_queries_are_spread_over_time_and_seeded(tracks: PointTracks, shot_folder: Path) -> None:
    assert len(np.unique(tracks.query_points[:, 0])) == 6
    shot = read_shot(shot_folder)
    assert (track_points(shot_folder, shot, 60).query_points == tracks.query_points).all()
    assert (track_points(shot_folder, shot, 60, seed=1).query_points != tracks.query_points).any()


def test_a_cut_ends_every_track(shot_folder: Path, tmp_path: Path) -> None:
    shot = read_shot(shot_folder)
    second = {frame: ShotFrame(replace(shot.frames[frame].camera, name="Second"), f"{frame}") for frame in (4, 5, 6)}
    cut = replace(shot, frames={**shot.frames, **second})
    found = track_points(shot_folder, cut, 60)
    for query, occluded in zip(found.query_points, found.occluded, strict=True):
        assert occluded[3:].all() if query[0] < 3 else occluded[:3].all()


def test_the_file_holds_the_layout_of_tap_vid(tracks: PointTracks, tmp_path: Path) -> None:
    tracks.save(tmp_path / "tracks.npz")
    with np.load(tmp_path / "tracks.npz") as arrays:
        assert arrays["query_points"].shape == (60, 3)
        assert arrays["target_points"].shape == (60, 6, 2)
        assert arrays["occluded"].dtype == bool
        assert arrays["size"].tolist() == [64, 64]


def test_a_shot_without_geometry_cannot_be_tracked(tmp_path: Path) -> None:
    with pytest.raises(ShotInvalid, match="no geometry"):
        track_points(tmp_path, make_shot(tmp_path), 10)


@pytest.mark.parametrize("count", [0, 5, 23, 100])
def test_shares_are_dealt_out_one_by_one_as_long_as_there_are_any(count: int) -> None:
    available = [9, 0, 2, 30, 9, 1]
    dealt = [0] * 6
    for _ in range(min(count, sum(available))):
        open_places = [place for place in range(6) if dealt[place] < available[place]]
        dealt[min(open_places, key=lambda place: dealt[place])] += 1
    found = even_shares(count, available)
    assert sum(found) == sum(dealt)
    assert max(abs(one - other) for one, other in zip(found, dealt, strict=True)) <= 1
