"""A file that the disk had no room for is not taken for a frame, and what is in one is read as by others."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from addon.capture.exr_file import channel_names, is_whole, read_channels
from engine.contract.shot import passes_path, read_shot

WIDTH, HEIGHT = 64, 64  # of the example shot


@pytest.fixture
def passes(example_shot: Path, tmp_path: Path) -> Path:
    path = tmp_path / "0001.exr"
    path.write_bytes(passes_path(example_shot, 1).read_bytes())
    return path


def test_a_whole_file_is_whole(passes: Path) -> None:
    assert is_whole(passes, HEIGHT)


def test_channels_are_those_of_the_file(passes: Path, example_shot: Path) -> None:
    channels = read_shot(example_shot).channels
    assert {*channel_names(passes)} >= {channels.depth, *channels.uv, channels.object_id, *channels.normal}
    assert not any(name.isspace() or not name for name in channel_names(passes))


def test_pixels_are_those_of_the_file(passes: Path) -> None:
    with OpenEXR.File(str(passes), separate_channels=True) as file:
        expected = {name: channel.pixels for name, channel in file.channels().items()}
    read = read_channels(passes, HEIGHT, WIDTH, expected)
    assert read.keys() == expected.keys()
    assert all(np.array_equal(read[name], expected[name]) for name in read)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_not_whole(passes: Path, share: float) -> None:
    content = passes.read_bytes()
    passes.write_bytes(content[: int(share * len(content))])
    assert not is_whole(passes, HEIGHT)


def test_a_file_without_its_table_of_blocks_is_not_whole(passes: Path) -> None:
    content, length = passes.read_bytes(), 8 * HEIGHT // 16
    table = next(
        place for place in range(len(content)) if content[place:].startswith(struct.pack("<Q", place + length))
    )
    passes.write_bytes(content[:table] + bytes(length) + content[table + length :])
    assert not is_whole(passes, HEIGHT)
