"""The frames as a movie to look at."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av

from engine.contract.files import atomic
from engine.pictures import read_picture


def write_movie(path: Path, frames: Sequence[Path], fps: float) -> None:
    """H.264 in MP4, nearly lossless, at `fps`; one frame is read at a time. Raises OutputUnwritable."""
    with atomic(path) as temporary, av.open(str(temporary), "w") as container:
        first = read_picture(frames[0])
        stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "16", "preset": "medium"}
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(read_picture(frame), format="rgb24")))
        container.mux(stream.encode(None))
