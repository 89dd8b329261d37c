"""A picture of a shot: depth, objects and UVs of its frames side by side, so that a person sees whether it is right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from engine.contract.files import atomic
from engine.contract.shot import Shot
from engine.surface.depth_hint import depth_hint, inverse_depth_range
from engine.surface.passes import FramePasses, read_passes

TILE_WIDTH = 256
COLUMNS = 8
MARGIN = 24
BACKGROUND = (44, 62, 96)  # a blue that neither depth nor the checkerboard has, so that a far wall is no sky
CHECKERS = 16
"""Fields of the UV checkerboard along one unit."""


def write_contact_sheet(path: Path, folder: Path, shot: Shot, frames: Sequence[int]) -> None:
    """Writes a PNG with a tile for each frame: depth as the ControlNet sees it, a colour for each object, and a
    checkerboard on the UVs, red growing with u and green with v. The background is blue, and pixels that are not square
    are shown as they are. Raises ShotInvalid, OutputUnwritable."""
    far, near = inverse_depth_range(read_passes(folder, shot, frame) for frame in frames)
    colours = _object_colours(shot)
    height = round(TILE_WIDTH * shot.height / shot.width * _pixel_height(shot, frames[0]))
    columns, band_height = min(len(frames), COLUMNS), MARGIN + 3 * height
    bands = -(-len(frames) // columns)
    sheet = Image.new("RGB", (columns * TILE_WIDTH, bands * band_height), "white")
    for index, frame in enumerate(frames):
        left, top = index % columns * TILE_WIDTH, index // columns * band_height
        passes = read_passes(folder, shot, frame)
        ImageDraw.Draw(sheet).text((left + 4, top + 4), f"frame {frame}", fill="black")
        pictures = (_grey(depth_hint(passes, far, near)), colours[passes.object_id], _checkerboard(passes))
        for row, picture in enumerate(pictures):
            picture[~passes.is_surface] = BACKGROUND
            scaled = Image.fromarray(picture).resize((TILE_WIDTH, height), Image.Resampling.NEAREST)
            sheet.paste(scaled, (left, top + MARGIN + row * height))
    with atomic(path) as temporary:
        sheet.save(temporary)


def _grey(values: np.ndarray) -> np.ndarray:
    return np.repeat((values * 255).round().astype(np.uint8)[..., None], 3, axis=-1)


def _pixel_height(shot: Shot, frame: int) -> float:
    """In pixel widths: the focal length, in pixels, is the greater where pixels are the smaller."""
    intrinsics = shot.frames[frame].camera.intrinsics
    return float(intrinsics[0, 0] / intrinsics[1, 1])


def _object_colours(shot: Shot) -> np.ndarray:
    """(highest id + 1, 3) uint8: a bright colour for each object, which its key decides."""
    colours = np.zeros((max((item.id for item in shot.objects), default=0) + 1, 3), np.uint8)
    for item in shot.objects:
        generator = np.random.default_rng(int.from_bytes(item.key.encode()))
        colours[item.id] = generator.integers(64, 256, 3)
    return colours


def _checkerboard(passes: FramePasses) -> np.ndarray:
    uv = np.where(passes.is_surface[..., None], passes.uv, 0)
    is_light = np.floor(uv * CHECKERS).sum(axis=-1) % 2
    return (np.dstack([uv % 1, is_light * 0.8]) * 255).astype(np.uint8)
