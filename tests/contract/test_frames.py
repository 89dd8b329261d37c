from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contract.errors import UsageError
from engine.contract.frames import Clip, format_frames, frame_name, parse_frames

frame_sets = st.sets(st.integers(-200, 200), min_size=1)


@pytest.mark.parametrize(("frame", "name"), [(1, "0001"), (-5, "-0005"), (0, "0000"), (12345, "12345")])
def test_frames_are_named_as_blender_names_them(frame: int, name: str) -> None:
    assert frame_name(frame) == name


@pytest.mark.parametrize(
    ("text", "frames"),
    [("1-4", (1, 2, 3, 4)), ("1-9x4", (1, 5, 9)), ("9, 1,5", (1, 5, 9)), ("-3--1", (-3, -2, -1)), ("-1-1", (-1, 0, 1))],
)
def test_a_range_is_read(text: str, frames: tuple[int, ...]) -> None:
    assert parse_frames(text) == frames


@pytest.mark.parametrize("text", ["", "a", "4-1", "1-", "1-4x0", "1..4"])
def test_what_is_no_range_or_an_empty_one_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="range"):
        parse_frames(text)


@given(frame_sets)
def test_a_written_range_reads_back(frames: set[int]) -> None:
    assert parse_frames(format_frames(frames)) == tuple(sorted(frames))


@given(st.integers(-100, 100), st.integers(0, 300), st.integers(2, 16))
def test_a_probe_holds_both_ends_and_is_evenly_spaced(first: int, length: int, count: int) -> None:
    probe = Clip(first, first + length).probe(count)
    gaps = {b - a for a, b in pairwise(probe)}
    assert len(probe) == min(count, length + 1)
    assert (probe[0], probe[-1]) == (first, first + length)
    assert not gaps or max(gaps) - min(gaps) <= 1


@given(st.integers(-100, 100), st.integers(0, 300))
def test_a_clip_reads_back_from_its_text(first: int, length: int) -> None:
    clip = Clip(first, first + length)
    assert Clip.parse(str(clip)) == clip


def test_a_clip_with_a_step_holds_every_nth_frame_and_probes_only_those() -> None:
    clip = Clip.parse("1-48x2")
    assert clip == Clip(1, 47, 2)
    assert clip.frames == tuple(range(1, 48, 2))
    assert set(clip.probe()) <= set(clip.frames)
    assert (clip.probe()[0], clip.probe()[-1]) == (1, 47)
    assert Clip.parse(str(clip)) == clip
