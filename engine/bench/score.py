"""How long a score takes and how much memory, in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.bench.rolling_shot import make_rolling_shot
from engine.contract.errors import OverpaintError
from engine.contract.frames import Clip, frame_name
from engine.home import ROOT
from engine.pictures import write_picture
from engine.score.known_texture import KnownTexture
from engine.surface.passes import read_passes

FRAMES = 200
SIZE = 512
NOISE = 0.02
SECONDS, GIGABYTES = 60.0, 1.0
"""The aim, on two cores."""


@dataclass(frozen=True)
class ScoreFigures:
    """Of one run of `score`."""

    seconds: float
    processor_seconds: float
    peak_gigabytes: float


def bench_score(on_line: Callable[[str], None], frames: int = FRAMES, size: int = SIZE) -> ScoreFigures:
    """Makes a shot and frames over it, scores them, and tells `on_line` what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        on_line(f"making {frames} frames of {size}x{size}")
        make_frames(folder, frames, size)
        figures = _measure(["score", str(folder / "shot"), str(folder / "frames"), "--json"])
    on_line(
        f"{figures.seconds:.1f} s, {figures.processor_seconds:.1f} s of processor time, "
        f"{figures.peak_gigabytes:.2f} GB "
        f"(aim for {FRAMES} frames of {SIZE}x{SIZE}: {SECONDS:.0f} s, {GIGABYTES:.0f} GB)"
    )
    return figures


def make_frames(folder: Path, frames: int, size: int) -> None:
    """A shot in `shot/`, and in `frames/` renders of a fixed texture with noise."""
    shot = make_rolling_shot(folder / "shot", Clip(1, frames), size)
    texture, generator = KnownTexture(shot), np.random.default_rng(0)
    for frame in shot.frames:
        rgb = texture.paint(read_passes(folder / "shot", shot, frame)).rgb
        noisy = (rgb + generator.normal(0, NOISE, rgb.shape)).clip(0, 1)
        write_picture(folder / "frames" / f"{frame_name(frame)}.png", noisy, "png")


def _measure(words: list[str]) -> ScoreFigures:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "engine", *words]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise OverpaintError(f"score failed: {process.stderr.strip()[-300:]}", "run `score` by hand")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ScoreFigures(seconds, processor, after.ru_maxrss * 1024 / 1e9)  # Linux counts in KiB
