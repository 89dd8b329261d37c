"""The benchmark of scoring at a tiny size, and what it scores."""

from pathlib import Path

from engine.bench.score import NOISE, bench_score, make_frames
from engine.contract.shot import read_shot
from engine.score.known_texture import KnownTexture
from engine.score.pictures import read_exactly
from engine.surface.passes import read_passes


def test_a_tiny_clip_is_scored_and_measured() -> None:
    lines: list[str] = []
    figures = bench_score(lines.append, frames=2, size=48)
    assert figures.seconds > 0
    assert figures.processor_seconds > 0
    assert 0.05 < figures.peak_gigabytes < 4
    assert lines[0] == "making 2 frames of 48x48"
    assert f"{figures.seconds:.1f} s" in lines[1]


def test_the_frames_are_a_fixed_texture_with_noise(tmp_path: Path) -> None:
    make_frames(tmp_path, frames=2, size=48)
    shot = read_shot(tmp_path / "shot")
    texture = KnownTexture(shot)
    for frame in shot.frames:
        painted = texture.paint(read_passes(tmp_path / "shot", shot, frame)).rgb
        scored = read_exactly(tmp_path / "frames" / f"{frame:04d}.png").rgb
        assert abs((scored - painted).std() / NOISE - 1) < 0.1
        assert abs((scored - painted).mean()) < NOISE / 10
