"""Frame numbers: how they are written in file names, in ranges, and in a clip."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import UsageError

_RANGE = re.compile(r"(-?\d+)(?:-(-?\d+)(?:x(\d+))?)?")


def frame_name(frame: int) -> str:
    """The stem of a frame's file, as Blender names it: `0001`, `-0005`, `12345`."""
    return f"{'-' if frame < 0 else ''}{abs(frame):04d}"


def parse_frames(text: str) -> tuple[int, ...]:
    """Frames of a range such as `1-48`, `1-48x2`, `1,5,9` or `-5--1`: sorted, each once. Raises UsageError."""
    frames: set[int] = set()
    for part in text.replace(" ", "").split(","):
        match = _RANGE.fullmatch(part)
        if not match:
            raise UsageError(f"{text!r} is not a frame range", "write it as 1-48, 1-48x2 or 1,5,9")
        first, step = int(match[1]), int(match[3] or 1)
        last = int(match[2]) if match[2] is not None else first
        if last < first or step < 1:
            raise UsageError(f"the frame range {part!r} is empty", "write the first frame before the last, as in 1-48")
        frames.update(range(first, last + 1, step))
    return tuple(sorted(frames))


def format_frames(frames: Iterable[int]) -> str:
    """The shortest text that `parse_frames` reads back, by runs of consecutive frames."""
    runs: list[list[int]] = []
    for frame in sorted(set(frames)):
        if runs and frame == runs[-1][-1] + 1:
            runs[-1].append(frame)
        else:
            runs.append([frame])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


@dataclass(frozen=True)
class Clip:
    """The frames a look is decided over, first to last, both included."""

    first: int
    last: int
    step: int = 1
    """From one frame to the next, where nobody says which frames: 2 for every other frame."""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"clip: expected first <= last, got {self.first}-{self.last}")
        if self.step < 1:
            raise ValueError(f"clip: expected a step of 1 or more, got {self.step}")

    def __contains__(self, frame: int) -> bool:
        return self.first <= frame <= self.last

    def __str__(self) -> str:
        text = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return text if self.step == 1 or self.first == self.last else f"{text}x{self.step}"

    @property
    def frames(self) -> tuple[int, ...]:
        return tuple(range(self.first, self.last + 1, self.step))

    @classmethod
    def parse(cls, text: str) -> Clip:
        frames = parse_frames(text)
        stepped = _RANGE.fullmatch(text.replace(" ", ""))
        return cls(frames[0], frames[-1], int(stepped[3] or 1) if stepped else 1)

    def probe(self, count: int = 16) -> tuple[int, ...]:
        """At most `count` evenly spaced frames, the first and the last among them: all a plan ever looks at."""
        frames = self.frames
        if len(frames) <= count:
            return frames
        return tuple(frames[round(index * (len(frames) - 1) / (count - 1))] for index in range(count))
