"""The whole of `score`, over files."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import FramesInvalid
from engine.contract.frames import Clip
from engine.pictures import write_picture
from engine.score.score import score, score_renders
from engine.score.sources import ScoreRequest
from tests.score.conftest import FRAMES
from tests.synthetic_shot import make_shot

ROOT = Path(__file__).resolve().parent.parent.parent


def request(shot: Path, frames: Path, home: Path, **wishes: object) -> ScoreRequest:
    return ScoreRequest(shot, frames, home, **{"tracks": 16, **wishes})  # type: ignore[arg-type]


def flat_frames(folder: Path, frames: tuple[int, ...], size: int = 64) -> Path:
    for frame in frames:
        write_picture(folder / f"{frame:04d}.png", np.full((size, size, 3), 0.5), "png")
    return folder


def test_frames_of_a_fixed_texture_score_at_the_floor(rolling: Path, textured_folder: Path, tmp_path: Path) -> None:
    scores = score(request(rolling, textured_folder, tmp_path, against=textured_folder))
    frames, against, floor = scores.renders
    assert scores.frames == FRAMES
    assert scores.correspondence == "geometry"
    assert frames.metrics["sharpness_to_against"].value == pytest.approx(1)
    assert frames.metrics["sharpness_to_floor"].value == pytest.approx(1, rel=0.01)
    assert "sharpness_to_floor" in against.metrics
    for key in ("uv_variance", "uv_mse", "warp_error_1", "track_drift", "silhouette_iou"):
        assert frames.metrics[key].value == pytest.approx(floor.metrics[key].value, rel=0.01)
        assert frames.metrics[key].value == against.metrics[key].value


def test_what_cannot_be_computed_is_said_and_never_zero(rolling: Path, tmp_path: Path) -> None:
    frames = flat_frames(tmp_path, FRAMES[:1], 96)
    scores = score(request(rolling, frames, tmp_path, tracks=0))
    metrics = scores.renders[0].metrics
    for key in ("clip_consistency", "prompt_fidelity", "track_drift"):
        assert metrics[key].value is None
        assert metrics[key].why_not.startswith("not computed")
    assert {*scores.not_scored} == {"floor_vae", "color"}


def test_one_frame_alone_is_scored_without_consistency(example_shot: Path, tmp_path: Path) -> None:
    scores = score(request(example_shot, flat_frames(tmp_path / "frames", (2,)), tmp_path))
    metrics = scores.renders[0].metrics
    assert metrics["uv_variance"].value is None
    assert metrics["uv_variance"].why_not.startswith("not defined")
    assert metrics["sharpness"].value == 0


def test_a_shot_without_geometry_is_scored_by_its_passes(example_shot: Path, tmp_path: Path) -> None:
    scores = score(request(example_shot, flat_frames(tmp_path / "frames", (1, 2, 3, 4)), tmp_path))
    frames, floor = scores.renders
    assert scores.correspondence == "passes"
    assert frames.metrics["uv_variance"].value == 0
    assert frames.metrics["warp_error_1"].value == pytest.approx(0, abs=1e-6)
    assert 0 < floor.metrics["warp_error_1"].value < 0.03
    assert frames.metrics["motion"].value == pytest.approx(floor.metrics["motion"].value)
    assert any(sentence.startswith("frames: the frames are blurred") for sentence in scores.alarms)
    assert not any(sentence.startswith("floor") for sentence in scores.alarms)


def test_any_number_of_renders_are_scored_in_one_call(example_shot: Path, tmp_path: Path) -> None:
    grey = flat_frames(tmp_path, (1, 2, 3))
    noise = dict(enumerate(np.random.default_rng(0).random((4, 64, 64, 3)), start=1))
    scores = score_renders(example_shot, {"grey": grey, "noise": noise})
    assert [render.key for render in scores.renders] == ["grey", "noise", "floor"]
    assert scores.frames == (1, 2, 3, 4)
    by_file, given, _ = (render.metrics["uv_mse"] for render in scores.renders)
    assert by_file.value == 0
    assert given.value == pytest.approx(1 / 6, rel=0.05), "the mean squared difference of two numbers from 0 to 1"
    assert (len(by_file.per_frame), len(given.per_frame)) == (2, 3)


@pytest.mark.parametrize(
    ("pictures", "why"),
    [
        ({1: np.zeros((32, 64, 3))}, r"frame 1 of night is \(32, 64, 3\)"),
        ({9: np.zeros((64, 64, 3))}, "night has none of the shot's frames"),
        ({1: np.zeros((64, 64, 3), np.uint8)}, "frame 1 of night is of uint8"),
        ({1: np.full((64, 64, 3), np.nan)}, "frame 1 of night has values from nan"),
        ({1: np.full((64, 64, 3), 255.0)}, "frame 1 of night has values from 255"),
    ],
)
def test_pictures_that_cannot_be_scored_are_named(
    example_shot: Path, pictures: Mapping[int, np.ndarray], why: str
) -> None:
    with pytest.raises(FramesInvalid, match=why):
        score_renders(example_shot, {"night": pictures})


@pytest.mark.parametrize("renders", [{}, {"floor": {1: np.zeros((64, 64, 3))}}, {"color": Path("out")}])
def test_renders_have_names_of_their_own(example_shot: Path, renders: Mapping[str, Path]) -> None:
    with pytest.raises(FramesInvalid, match=r"no renders|cannot be named"):
        score_renders(example_shot, renders)


def test_the_plain_render_and_the_floor_through_the_vae_are_scored_in_the_same_run(
    tmp_path: Path, tiny_checkpoint: Path
) -> None:
    make_shot(tmp_path / "shot", Clip(1, 2))
    frames = flat_frames(tmp_path / "shot" / "color", (1, 2))
    scores = score(request(tmp_path / "shot", frames, tmp_path, model=str(tiny_checkpoint)))
    assert [render.key for render in scores.renders] == ["frames", "floor", "floor_vae", "color"]
    floor, through_vae = scores.renders[1], scores.renders[2]
    assert through_vae.metrics["uv_mse"].value > floor.metrics["uv_mse"].value
    assert scores.not_scored == {}


@pytest.mark.parametrize(("size", "why"), [(0, "none of the shot's frames"), (32, "is 32x32, and the shot is 64x64")])
def test_a_plain_render_that_cannot_be_scored_is_left_out(tmp_path: Path, size: int, why: str) -> None:
    make_shot(tmp_path / "shot", Clip(1, 2))
    (tmp_path / "shot" / "color").mkdir()
    flat_frames(tmp_path / "shot" / "color", (1, 2) if size else (), size)
    scores = score(request(tmp_path / "shot", flat_frames(tmp_path / "frames", (1, 2)), tmp_path))
    assert [render.key for render in scores.renders] == ["frames", "floor"]
    assert why in scores.not_scored["color"]


def test_frames_have_to_be_compared_with_the_same_ones(example_shot: Path, tmp_path: Path) -> None:
    frames, other = flat_frames(tmp_path / "frames", (1, 2)), flat_frames(tmp_path / "other", (3, 4))
    with pytest.raises(FramesInvalid, match="none of the scored frames 1-2"):
        score(request(example_shot, frames, tmp_path, against=other))


def test_a_missing_model_is_no_reason_not_to_score(example_shot: Path, tmp_path: Path) -> None:
    frames = flat_frames(tmp_path / "frames", (1, 2))
    (tmp_path / "job.json").write_text(json.dumps({"shot": str(example_shot), "model": "sd15"}))
    assert "sd15" in score(request(example_shot, frames, tmp_path)).not_scored["floor_vae"]


def run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_the_command_prints_a_table_or_json(example_shot: Path, tmp_path: Path) -> None:
    frames = flat_frames(tmp_path, (1, 2, 4))
    table = run("score", example_shot, frames)
    assert table.returncode == 0, table.stderr
    assert "UV variance" in table.stdout
    assert "warning: the frames 3 are missing" in table.stdout
    record = json.loads(run("score", example_shot, frames, "--json").stdout)
    assert record["renders"]["frames"]["metrics"]["uv_mse"]["per_frame"] == {"2": 0.0}
    assert record["renders"]["frames"]["metrics"]["clip_consistency"]["value"] is None


def test_the_command_refuses_frames_of_another_size(example_shot: Path, tmp_path: Path) -> None:
    write_picture(tmp_path / "0001.png", np.zeros((32, 64, 3)), "png")
    ended = run("score", example_shot, tmp_path)
    assert ended.returncode == 65
    assert ended.stderr.startswith("overpaint: ")
    assert "is 64x32, and the shot is 64x64" in ended.stderr


def test_the_tracks_of_points_are_exported(rolling: Path, tmp_path: Path) -> None:
    ended = run("tracking", "points", rolling, "--out", tmp_path / "tracks.npz", "--tracks", "10")
    assert ended.stdout.startswith("10 tracks over 12 frames"), ended.stderr
    with np.load(tmp_path / "tracks.npz") as arrays:
        assert arrays["target_points"].shape == (10, 12, 2)
