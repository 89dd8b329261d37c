"""Materials by shapes, painted beside rendered: whether the preview looks right to a person."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from torch import Tensor

from engine.contract.files import atomic
from models.preview.world.looks import Look

TILES = (128, 112, 96, 80, 72, 64, 56, 48)
"""Sides of a tile in pixels, tried until the file is small enough."""
MOST_BYTES = 500_000
HEAD, SIDE = 28, 64


def write_preview_sheet(path: Path, looks: Sequence[Look], painted: Tensor, rendered: Tensor) -> None:
    """Writes a PNG under 500 kB: a column for each material, two rows for each shape, painted above rendered.

    The pictures are (looks, 3, size, size) float32 in [0, 1]. Raises OutputUnwritable.
    """
    encoded = b""
    for tile in TILES:
        encoded = _png(_sheet(looks, painted, rendered, tile))
        if len(encoded) < MOST_BYTES:
            break
    with atomic(path) as temporary:
        temporary.write_bytes(encoded)


def _sheet(looks: Sequence[Look], painted: Tensor, rendered: Tensor, tile: int) -> Image.Image:
    materials = list(dict.fromkeys(look.material for look in looks))
    shapes = list(dict.fromkeys(look.shape for look in looks))
    sheet = Image.new("RGB", (SIDE + tile * len(materials), HEAD + 2 * tile * len(shapes)), "white")
    draw = ImageDraw.Draw(sheet)
    for column, material in enumerate(materials):
        draw.multiline_text((SIDE + tile * column + 2, 1), material.replace(" ", "\n"), fill="black", spacing=1)
    for row, shape in enumerate(shapes):
        draw.multiline_text((2, HEAD + 2 * tile * row + 2), f"{shape}\npainted", fill="black")
        draw.text((2, HEAD + tile * (2 * row + 1) + 2), "rendered", fill="black")
    for place, look in enumerate(looks):
        column, row = materials.index(look.material), 2 * shapes.index(look.shape)
        for below, pictures in enumerate((painted, rendered)):
            sheet.paste(_tile(pictures[place], tile), (SIDE + tile * column, HEAD + tile * (row + below)))
    return sheet


def _tile(picture: Tensor, tile: int) -> Image.Image:
    pixels = (picture.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    return Image.fromarray(pixels).resize((tile, tile), Image.Resampling.LANCZOS)


def _png(sheet: Image.Image) -> bytes:
    """With 256 colours: a third of the size, and hardly to be told from all of them."""
    buffer = io.BytesIO()
    sheet.quantize(256, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
