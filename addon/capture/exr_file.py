"""Whether an OpenEXR file is whole: Blender says "Saved" even when the disk was full."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

LINES_PER_BLOCK = 16  # of ZIP compression


def is_whole(path: Path, height: int) -> bool:
    """Whether a single-part ZIP file of that many lines holds all of its blocks to the end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            _skip_header(file)
            blocks = -(-height // LINES_PER_BLOCK)
            offsets = struct.unpack(f"<{blocks}Q", file.read(8 * blocks))
            last = max(offsets)
            file.seek(min(last, size))
            _, length = struct.unpack("<ii", file.read(8))
        except struct.error:  # the file ends here
            return False
    return min(offsets) > 0 and last + 8 + length == size


def channel_names(path: Path) -> set[str]:
    """What the channels of a whole single-part file are called."""
    with path.open("rb") as file:
        for name, length in _attributes(file):
            if name == "channels":
                return set(_names_in_list(file, file.tell() + length))
    return set()


def _skip_header(file: BinaryIO) -> None:
    """Moves to the table of block offsets."""
    for _ in _attributes(file):
        pass


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
