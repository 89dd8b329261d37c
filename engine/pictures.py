"""Painted frames as files, and back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import OpenEXR
from PIL import Image

from engine.contract.files import atomic

JPEG_QUALITY = 95


def write_picture(path: Path, picture: np.ndarray, file_format: str) -> None:
    """Writes sRGB values in [0, 1], (height, width, 3) or with alpha (height, width, 4), whole or not at all.

    `png` and `jpeg` hold 8 bits, `png16` 16 bits of sRGB, `exr` half floats of linear light with Rec. 709 primaries;
    alpha is straight in PNG and premultiplied in EXR, as each format wants it. Raises OutputUnwritable.
    """
    with atomic(path) as temporary:
        if file_format == "exr":
            _write_exr(temporary, picture)
        elif file_format == "png16":
            temporary.write_bytes(_png16(picture))
        elif file_format == "jpeg":
            Image.fromarray(to_bytes(picture)).save(temporary, quality=JPEG_QUALITY, subsampling=0)
        else:
            Image.fromarray(to_bytes(picture)).save(temporary)


def read_picture(path: Path) -> np.ndarray:
    """A written frame as 8-bit sRGB, (height, width, 3), what is cut out in black."""
    if path.suffix == ".exr":
        with OpenEXR.File(str(path)) as file:
            pixels = next(iter(file.channels().values())).pixels
        return to_bytes(linear_to_srgb(pixels[..., :3].astype(np.float32)))
    with Image.open(path) as image:
        if image.mode != "RGBA":
            return np.asarray(image.convert("RGB"))
        return np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, "black"), image).convert("RGB"))


def to_bytes(picture: np.ndarray) -> np.ndarray:
    """[0, 1] as the nearest of 256 values."""
    return (picture * 255).round().clip(0, 255).astype(np.uint8)


def srgb_to_linear(srgb: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1, the other way."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055)


def _write_exr(path: Path, picture: np.ndarray) -> None:
    linear = srgb_to_linear(picture[..., :3])
    if picture.shape[-1] == 4:
        alpha = picture[..., 3:]
        linear = np.concatenate([linear * alpha, alpha], axis=-1)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    name = "RGBA" if linear.shape[-1] == 4 else "RGB"
    with OpenEXR.File(header, {name: np.ascontiguousarray(linear, dtype=np.float16)}) as file:
        try:
            file.write(str(path))
        except RuntimeError as error:  # OpenEXR's word for what the operating system refused
            raise OSError(str(error)) from error


def _png16(picture: np.ndarray) -> bytes:
    """Pillow writes no 16-bit colour; FFmpeg's encoder does."""
    height, width, channels = picture.shape
    words = (picture * 65535).round().clip(0, 65535).astype(np.uint16)
    pixel_format = "rgba64be" if channels == 4 else "rgb48be"
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, pixel_format
    encoder.time_base = Fraction(1)
    frame = av.VideoFrame.from_ndarray(words, format=pixel_format)
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
