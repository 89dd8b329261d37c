"""A frame to be scored: its colours, and what several metrics derive from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import av
import numpy as np
import OpenEXR
from PIL import Image, UnidentifiedImageError

from engine.contract.errors import FramesInvalid
from engine.pictures import linear_to_srgb
from engine.score.filters import blur

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
RESIDUAL_SIGMA = 2.0
SUFFIXES = (".png", ".jpg", ".jpeg", ".exr")


@dataclass(frozen=True, eq=False)
class Picture:
    """One frame in sRGB."""

    rgb: np.ndarray  # (height, width, 3) float32 in [0, 1]
    alpha: np.ndarray | None = None  # (height, width) float32 in [0, 1], where the file has it

    def at(self, pixels: np.ndarray) -> np.ndarray:
        """The colours (P, 3) of pixels given by flat indices (P,)."""
        return self.rgb.reshape(-1, 3).take(pixels, axis=0)

    @property
    def luma(self) -> np.ndarray:
        """(height, width) float32: Rec. 709 weights on the sRGB values."""
        return self.rgb @ LUMA

    @cached_property
    def residual(self) -> np.ndarray:
        """(height, width) float32, the high-pass residual: luma without its Gaussian blur of RESIDUAL_SIGMA pixels."""
        return self.luma - blur(self.luma, RESIDUAL_SIGMA)


def read_exactly(path: Path) -> Picture:
    """A picture with all the precision of its file: 8 or 16 bits, or half floats of linear light.

    Raises FramesInvalid where the file cannot be read, or holds infinities or NaN.
    """
    try:
        pixels = _read_exr(path) if path.suffix.lower() == ".exr" else _read_integers(path)
    except (OSError, ValueError, RuntimeError, SyntaxError, UnidentifiedImageError, av.error.FFmpegError) as error:
        raise FramesInvalid(f"{path} cannot be read: {error}", "render this frame again") from error
    if not np.isfinite(pixels).all():
        raise FramesInvalid(f"{path} has pixels that are no numbers", "render this frame again")
    alpha = pixels[..., 3] if pixels.shape[-1] == 4 else None
    return Picture(np.ascontiguousarray(pixels[..., :3]), alpha)


def _read_integers(path: Path) -> np.ndarray:
    """(height, width, 3 or 4) float32 of a PNG or JPEG."""
    if path.suffix.lower() == ".png" and _png_depth(path) == 16:
        return _read_png16(path)
    with Image.open(path) as image:
        has_alpha = "A" in image.getbands() or "transparency" in image.info
        return np.asarray(image.convert("RGBA" if has_alpha else "RGB"), np.float32) / 255


def _png_depth(path: Path) -> int:
    """Bits per channel, the 25th byte of every PNG."""
    with path.open("rb") as file:
        header = file.read(25)
    if len(header) < 25:
        raise ValueError(f"it has {len(header)} bytes")
    return header[-1]


def _read_png16(path: Path) -> np.ndarray:
    """Pillow reads 16-bit colour as 8 bits; FFmpeg's decoder does not."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    pixel_format = "rgba64le" if len(frame.format.components) in (2, 4) else "rgb48le"
    return frame.to_ndarray(format=pixel_format).astype(np.float32) / 65535


def _read_exr(path: Path) -> np.ndarray:
    """sRGB (height, width, 3 or 4) float32 of linear light whose alpha is premultiplied."""
    with OpenEXR.File(str(path)) as file:
        pixels = next(iter(file.channels().values())).pixels.astype(np.float32)
    if pixels.ndim != 3 or pixels.shape[-1] not in (3, 4):
        raise ValueError(f"expected channels RGB or RGBA, got {pixels.shape}")
    if pixels.shape[-1] == 3:
        return linear_to_srgb(pixels).clip(0, 1).astype(np.float32)
    alpha = pixels[..., 3:]
    straight = pixels[..., :3] / np.where(alpha > 0, alpha, 1)
    return np.concatenate([linear_to_srgb(straight).clip(0, 1), alpha], axis=-1).astype(np.float32)
