"""The report's pictures, as files inside the page."""

from __future__ import annotations

import base64
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from engine.movie import write_movie
from engine.pictures import to_bytes
from engine.score.uv_variance import SurfaceVariance

HEAT_SIDE = 256
HEAT = np.array([[13, 8, 60], [125, 3, 168], [204, 71, 120], [248, 149, 64], [240, 249, 33]], np.float32) / 255
"""Dark blue over red to yellow, in equal steps."""
UNSEEN = 0.93


def embed_picture(rgb: np.ndarray, width: int) -> str:
    """A data URL of (height, width, 3) in [0, 1], scaled down to `width` where it is wider."""
    image = Image.fromarray(to_bytes(rgb))
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return _data_url("image/jpeg", file.getvalue())


def embed_exact_picture(rgb: np.ndarray) -> str:
    """A data URL that keeps every pixel's value."""
    file = io.BytesIO()
    Image.fromarray(to_bytes(rgb)).save(file, "PNG", optimize=True)
    return _data_url("image/png", file.getvalue())


def embed_movie(paths: Sequence[Path], fps: float) -> str:
    """A data URL of the frames' movie. Raises OutputUnwritable."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "movie.mp4"
        write_movie(path, paths, fps)
        return _data_url("video/mp4", path.read_bytes())


def heat(values: np.ndarray, highest: float) -> np.ndarray:
    """Values in [0, highest] as colours (..., 3); those that are not finite as light grey."""
    share = np.nan_to_num(values / max(highest, 1e-12)).clip(0, 1) * (len(HEAT) - 1)
    below = share.astype(np.int64).clip(max=len(HEAT) - 2)
    colours = HEAT[below] + (share - below)[..., None] * (HEAT[below + 1] - HEAT[below])
    return np.where(np.isfinite(values)[..., None], colours, UNSEEN)


def variance_map(surface: SurfaceVariance) -> np.ndarray:
    """Where on the UVs the colour varies: standard deviations (HEAT_SIDE, HEAT_SIDE), v upwards, NaN where no texel was
    seen twice; over all the UV tiles that the object has."""
    corner = np.array([surface.columns.min(), surface.rows.min()]) // surface.side * surface.side
    extent = max(surface.columns.max() - corner[0], surface.rows.max() - corner[1]) // surface.side + 1
    scale = HEAT_SIDE / (surface.side * extent)
    columns = ((surface.columns - corner[0] + 0.5) * scale).astype(np.int64)
    rows = ((surface.rows - corner[1] + 0.5) * scale).astype(np.int64)
    cell = (HEAT_SIDE - 1 - rows) * HEAT_SIDE + columns
    sums = np.bincount(cell, surface.variance, HEAT_SIDE**2)
    counts = np.bincount(cell, minlength=HEAT_SIDE**2)
    mean = np.where(counts > 0, sums / counts.clip(min=1), np.nan)
    return np.sqrt(mean).reshape(HEAT_SIDE, HEAT_SIDE)


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
