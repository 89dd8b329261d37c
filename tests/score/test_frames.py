"""Finding and reading frames, and what may be wrong with them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import FramesInvalid
from engine.contract.files import write_json
from engine.contract.shot import Shot, read_shot
from engine.pictures import write_picture
from engine.score.frames import FrameFolder, check_comparable, check_complete, open_frames
from engine.score.pictures import read_exactly
from tests.synthetic_shot import make_shot


def ignore(warning: str) -> None:
    """For tests of something else."""


RGB = np.random.default_rng(0).random((64, 64, 3))
SIZE = (64, 64)


@pytest.fixture
def shot(example_shot: Path) -> Shot:
    return read_shot(example_shot)


def write_frames(folder: Path, frames: Mapping[int, np.ndarray] | range, file_format: str = "png") -> Path:
    pictures = frames if isinstance(frames, Mapping) else dict.fromkeys(frames, RGB)
    suffix = {"png": "png", "png16": "png", "jpeg": "jpg", "exr": "exr"}[file_format]
    for frame, picture in pictures.items():
        write_picture(folder / f"{frame:04d}.{suffix}", picture, file_format)
    return folder


@pytest.mark.parametrize(("file_format", "error"), [("png", 0.51 / 255), ("png16", 0.51 / 65535), ("exr", 1e-3)])
def test_pictures_are_read_with_all_the_precision_of_their_file(tmp_path: Path, file_format: str, error: float) -> None:
    (path,) = write_frames(tmp_path, range(1, 2), file_format).iterdir()
    assert abs(read_exactly(path).rgb - RGB).max() <= error


@pytest.mark.parametrize("file_format", ["png", "png16", "exr"])
def test_alpha_is_told_from_the_colours(tmp_path: Path, file_format: str) -> None:
    alpha = np.zeros((64, 64, 1))
    alpha[:20] = 1
    (path,) = write_frames(tmp_path, {1: np.dstack([RGB, alpha])}, file_format).iterdir()
    picture = read_exactly(path)
    assert picture.alpha is not None
    assert (picture.alpha == alpha[..., 0]).all()
    np.testing.assert_allclose(picture.rgb[:20], RGB[:20], atol=2e-3)


def test_a_jobs_folder_is_its_frames(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    write_frames(tmp_path / "frames", range(1, 5))
    assert sorted(open_frames(tmp_path, example_shot, shot, pytest.fail).paths) == [1, 2, 3, 4]


def test_frames_that_the_shot_lacks_are_warned_of(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    warnings: list[str] = []
    write_frames(tmp_path, range(3, 10, 2))
    assert sorted(open_frames(tmp_path, example_shot, shot, warnings.append).paths) == [3]
    (sentence,) = warnings
    assert "frames 5,7,9 in" in sentence
    assert "not in the shot" in sentence


@pytest.mark.parametrize(("there", "missing"), [([1, 3, 4], "2"), ([2, 3], "1,4")])
def test_missing_frames_are_warned_of(tmp_path: Path, shot: Shot, there: list[int], missing: str) -> None:
    warnings: list[str] = []
    check_complete(FrameFolder(tmp_path, dict.fromkeys(there, tmp_path)), shot, warnings.append)
    (sentence,) = warnings
    assert f"frames {missing} are missing" in sentence
    assert "frames in a row are not compared across them" in sentence


def test_what_a_job_was_not_asked_for_is_not_missing(tmp_path: Path, shot: Shot) -> None:
    warnings: list[str] = []
    asked = {"clip": {"first": 1, "last": 3, "step": 1}}
    check_complete(FrameFolder(tmp_path, dict.fromkeys([2, 3], tmp_path), asked), shot, warnings.append)
    assert any("frames 1 are missing" in sentence for sentence in warnings)


def test_what_is_compared_with_has_to_have_some_of_the_scored_frames(tmp_path: Path) -> None:
    warnings: list[str] = []
    other = FrameFolder(tmp_path, dict.fromkeys([1, 2, 9], tmp_path))
    check_comparable(other, (1, 2), pytest.fail)
    check_comparable(other, (1, 2, 3, 4), warnings.append)
    assert [sentence for sentence in warnings if "frames 3-4 are scored and are missing" in sentence] == warnings
    with pytest.raises(FramesInvalid, match="none of the scored frames 3-4"):
        check_comparable(other, (3, 4), ignore)


@pytest.mark.parametrize("frames", [range(0), range(7, 9)])
def test_a_folder_without_any_of_the_shots_frames_is_an_error(
    tmp_path: Path, example_shot: Path, shot: Shot, frames: range
) -> None:
    with pytest.raises(FramesInvalid, match="none of the shot's frames 1-4"):
        open_frames(write_frames(tmp_path, frames), example_shot, shot, ignore)


def test_no_folder_is_an_error(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    with pytest.raises(FramesInvalid, match="there is no folder"):
        open_frames(tmp_path / "nothing", example_shot, shot, ignore)


def test_frames_of_another_size_are_an_error_with_both_sizes(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    frames = open_frames(write_frames(tmp_path, {1: RGB[:32]}), example_shot, shot, ignore)
    with pytest.raises(FramesInvalid, match="is 64x32, and the shot is 64x64"):
        frames.read(1, SIZE)


def test_a_damaged_picture_is_named(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    (path,) = write_frames(tmp_path, range(1, 2)).iterdir()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(FramesInvalid, match=r"0001\.png cannot be read"):
        open_frames(tmp_path, example_shot, shot, ignore).read(1, SIZE)


@pytest.mark.parametrize("suffix", ["png", "jpg", "exr"])
def test_a_file_of_no_bytes_is_named(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"0001.{suffix}").touch()
    with pytest.raises(FramesInvalid, match=rf"0001\.{suffix} cannot be read"):
        read_exactly(tmp_path / f"0001.{suffix}")


def test_two_pictures_of_one_frame_are_an_error(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    write_frames(tmp_path, range(1, 2))
    write_frames(tmp_path, range(1, 2), "jpeg")
    with pytest.raises(FramesInvalid, match="are one frame"):
        open_frames(tmp_path, example_shot, shot, ignore)


def write_job_of(folder: Path, shot_folder: Path) -> Path:
    write_json(folder / "job.json", {"shot": str(shot_folder), "prompt": "a robot"})
    return write_frames(folder / "frames", range(1, 5))


def test_frames_of_another_shot_are_an_error(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    make_shot(tmp_path / "other")
    record = (tmp_path / "other" / "shot.json").read_text().replace("content of", "something else than")
    (tmp_path / "other" / "shot.json").write_text(record)
    write_job_of(tmp_path, tmp_path / "other")
    for folder in (tmp_path, tmp_path / "frames"):
        with pytest.raises(FramesInvalid, match="were painted from the shot"):
            open_frames(folder, example_shot, shot, ignore)


def test_a_copy_of_the_shot_is_as_good(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    shutil.copytree(example_shot, tmp_path / "copy")
    write_job_of(tmp_path, tmp_path / "copy")
    assert open_frames(tmp_path, example_shot, shot, pytest.fail).job["prompt"] == "a robot"


def test_a_shot_that_is_gone_or_damaged_is_warned_of(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    warnings: list[str] = []
    write_job_of(tmp_path, tmp_path / "other")
    open_frames(tmp_path, example_shot, shot, warnings.append)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "shot.json").write_text("{")
    open_frames(tmp_path, example_shot, shot, warnings.append)
    gone, damaged = warnings
    assert "is gone" in gone
    assert "cannot be read" in damaged
    assert "not JSON" in damaged


@pytest.mark.parametrize("named", [None, 5])
def test_a_job_that_names_no_shot_says_nothing_of_it(
    tmp_path: Path, example_shot: Path, shot: Shot, named: object
) -> None:
    write_json(tmp_path / "job.json", {"shot": named})
    open_frames(write_frames(tmp_path, range(1, 5)), example_shot, shot, pytest.fail)


def test_a_picture_in_the_place_of_a_folder_is_an_error(tmp_path: Path, example_shot: Path, shot: Shot) -> None:
    (path,) = write_frames(tmp_path, range(1, 2)).iterdir()
    with pytest.raises(FramesInvalid, match="there is no folder"):
        open_frames(path, example_shot, shot, ignore)


def test_pixels_that_are_no_numbers_are_an_error(tmp_path: Path) -> None:
    broken = RGB.copy()
    broken[5, 5] = np.nan
    (path,) = write_frames(tmp_path, {1: broken}, "exr").iterdir()
    with pytest.raises(FramesInvalid, match="no numbers"):
        read_exactly(path)


@pytest.mark.parametrize("file_format", ["png16", "exr"])
def test_a_suffix_in_capitals_is_read_as_exactly(tmp_path: Path, file_format: str) -> None:
    (path,) = write_frames(tmp_path, range(1, 2), file_format).iterdir()
    capital = path.rename(path.with_suffix(path.suffix.upper()))
    assert abs(read_exactly(capital).rgb - RGB).max() <= 1e-3
    assert np.unique(read_exactly(capital).rgb).size > 256
