"""Killed at any moment and started again, a job ends with the frames of one that never was."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def job(shot: Path, model: Path, out: Path) -> subprocess.Popen[str]:
    words = [shot, "--prompt", "a robot", "--model", model, "--steps", "3", "--chunk", 1, "--out", out]
    command = [sys.executable, "-m", "engine", "generate", *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def contents(out: Path) -> dict[str, bytes]:
    """All files but temporary ones, and but the movie, which is for looking at: its encoder may differ by a bit."""
    files = [path for path in sorted(out.rglob("[!.]*")) if path.is_file() and path.name != "movie.mp4"]
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


@pytest.mark.slow
def test_a_killed_job_goes_on_to_identical_files(example_shot: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    assert job(example_shot, tiny_checkpoint, straight).wait(timeout=120) == 0
    moments = random.Random(0)
    for _ in range(2):
        process = job(example_shot, tiny_checkpoint, killed)
        assert process.stdout
        while not process.stdout.readline().startswith("frame "):
            assert process.poll() is None
        time.sleep(moments.uniform(0, 0.2))
        process.kill()
        process.wait()
    assert job(example_shot, tiny_checkpoint, killed).wait(timeout=120) == 0
    assert contents(killed) == contents(straight)
