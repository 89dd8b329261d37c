"""Blender's OpenEXR files: whether they are whole, for it says "Saved" even when the disk was full, and their pixels,
which its Python cannot read. All of them are single-part ZIP files of 32-bit floats."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

LINES_PER_BLOCK = 16  # of ZIP compression


def is_whole(path: Path, height: int) -> bool:
    """Whether a file of that many lines holds all of its blocks to the end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            offsets = _block_offsets(file, height)
            last = max(offsets)
            file.seek(min(last, size))
            _, length = struct.unpack("<ii", file.read(8))
        except struct.error:  # the file ends here
            return False
    return min(offsets) > 0 and last + 8 + length == size


def channel_names(path: Path) -> list[str]:
    """What the channels of a whole file are called, in their order in each line."""
    with path.open("rb") as file:
        for name, length in _attributes(file):
            if name == "channels":
                return list(_names_in_list(file, file.tell() + length))
    return []


def read_channels(path: Path, height: int, width: int, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Some of the channels of a whole file, by their names: (height, width) float32 each."""
    there = channel_names(path)
    line = len(there) * width  # numbers
    lines: list[np.ndarray] = []
    with path.open("rb") as file:
        for number, offset in enumerate(_block_offsets(file, height)):
            count = min(LINES_PER_BLOCK, height - number * LINES_PER_BLOCK)
            lines.append(_read_block(file, offset, 4 * count * line).view("<f4").reshape(count, len(there), width))
    return {name: np.concatenate([block[:, there.index(name)] for block in lines]) for name in names}


def _read_block(file: BinaryIO, offset: int, length: int) -> np.ndarray:  # (length,) uint8
    """Unpacks a block: differences of bytes, of which the first half are those with even numbers, the other half those
    with odd ones. A block that is no shorter packed is not packed."""
    file.seek(offset + 4)
    (packed_length,) = struct.unpack("<i", file.read(4))
    packed = file.read(packed_length)
    if packed_length == length:
        return np.frombuffer(packed, np.uint8)
    differences = np.frombuffer(zlib.decompress(packed), np.uint8) - np.uint8(128)
    differences[:1] += np.uint8(128)
    halves = np.cumsum(differences, dtype=np.uint8)
    block = np.empty_like(halves)
    block[::2], block[1::2] = np.split(halves, [(length + 1) // 2])
    return block


def _block_offsets(file: BinaryIO, height: int) -> tuple[int, ...]:
    for _ in _attributes(file):  # the table comes after the header
        pass
    blocks = -(-height // LINES_PER_BLOCK)
    return struct.unpack(f"<{blocks}Q", file.read(8 * blocks))


def _attributes(file: BinaryIO) -> Iterator[tuple[str, int]]:
    """Names and lengths of the header's attributes, with the file at their values: behind magic number and version, up
    to an empty name."""
    file.seek(8)
    while name := _read_name(file):
        _read_name(file)  # the attribute's type
        (length,) = struct.unpack("<i", file.read(4))
        end = file.tell() + length
        yield name.decode(errors="replace"), length
        file.seek(end)


def _names_in_list(file: BinaryIO, end: int) -> Iterator[str]:
    while file.tell() < end and (name := _read_name(file)):
        file.seek(16, 1)  # type, linearity and sampling of the channel
        yield name.decode(errors="replace")


def _read_name(file: BinaryIO) -> bytes:
    name = bytearray()
    while byte := file.read(1):
        if byte == b"\0":
            return bytes(name)
        name += byte
    raise struct.error("the file ends within its header")
