"""How much slower the capture is than the shortest script that renders the same passes to the same kind of file."""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

from engine.blender import SCRIPT
from engine.contract.errors import SceneInvalid
from engine.contract.messages import Finished, decode
from engine.finding_blender import Blender, find_blender
from engine.home import ROOT
from engine.setup.system import clean_variables

PLAIN_SCRIPT = ROOT / "addon" / "bench" / "plain_passes.py"
SCENE = ROOT / "examples" / "walker.blend"
SIZE = 1024
FRAMES = 8
REPETITIONS = 5
TARGET = 1.15
GEOMETRY_TARGET = 0.15
GEOMETRY_SECONDS = re.compile(r"geometry and motion took ([\d.]+) s per frame")


@dataclass(frozen=True)
class Figures:
    """Seconds per frame."""

    capture: float
    geometry: float  # of these, for reading and writing geometry, motion, cameras and ids
    plain: float

    @property
    def ratio(self) -> float:
        return self.capture / self.plain

    @property
    def geometry_share(self) -> float:
        """What geometry and motion add to the rest."""
        return self.geometry / (self.capture - self.geometry)


def bench_capture(on_line: Callable[[str], None], repetitions: int = REPETITIONS) -> Figures:
    """Times both by turns, each in a Blender of its own, from the opened scene to the last file. Tells `on_line`.

    Raises BlenderMissing, and SceneInvalid where Blender does not do its part.
    """
    blender = find_blender()
    on_line(f"Blender {blender.version}: {SCENE.name}, {FRAMES} frames of {SIZE}x{SIZE}, {repetitions} times by turns")
    measured = []
    for repetition in range(1, repetitions + 1):
        measured.append(_measure(blender))
        on_line(f"{repetition}/{repetitions}: {_per_frame(measured[-1])}")
    medians = Figures(*map(statistics.median, zip(*map(astuple, measured), strict=True)))
    on_line(f"median: {_per_frame(medians)}")
    added = f"geometry and motion add {1000 * medians.geometry:.0f} ms to each frame, {medians.geometry_share:.1%}"
    on_line(f"{added} {_verdict(medians.geometry_share, GEOMETRY_TARGET)}")
    on_line(f"ratio {medians.ratio:.2f} {_verdict(medians.ratio, TARGET)}")
    return medians


def _verdict(measured: float, target: float) -> str:
    return f"(aim: at most {target}, {'met' if measured <= target else 'missed'})"


def _per_frame(figures: Figures) -> str:
    return f"capture {figures.capture:.3f} s, plain script {figures.plain:.3f} s per frame"


def _measure(blender: Blender) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        plain = _plain_seconds(blender, Path(folder))
        capture, geometry = _capture_seconds(blender, Path(folder))
    return Figures(capture / FRAMES, geometry, plain / FRAMES)


def _capture_seconds(blender: Blender, folder: Path) -> tuple[float, float]:
    """Seconds of the whole capture, and of geometry and motion per frame."""
    frames = f"1-{FRAMES}"
    words = [f"--frames={frames}", f"--clip={frames}", f"--resolution={SIZE}x{SIZE}", f"--out={folder / 'shot'}"]
    process = _run(blender.script_command(SCRIPT, [*words, "--", str(SCENE)]))
    last = decode(process.stdout.splitlines()[-1])
    geometry = GEOMETRY_SECONDS.search(process.stderr)
    if not isinstance(last, Finished) or not geometry:
        raise SceneInvalid(f"the capture of {SCENE} did not finish: {last}", "see what `capture` says about it")
    return last.seconds, float(geometry[1])


def _plain_seconds(blender: Blender, folder: Path) -> float:
    words = [str(SCENE), str(folder), "1", str(FRAMES), str(SIZE)]
    return float(_run(blender.script_command(PLAIN_SCRIPT, words)).stdout.splitlines()[-1])


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    process = subprocess.run(
        command, env=clean_variables(), stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
    )
    if not process.stdout.strip():
        raise SceneInvalid(f"Blender could not render {SCENE}: {process.stderr.strip()[-200:]}", "see `doctor`")
    return process
