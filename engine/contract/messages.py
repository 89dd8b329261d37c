"""What the engine, the capture and the add-on say to each other: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import get_args

from .errors import OverpaintError

PROTOCOL = 1


@dataclass(frozen=True)
class Generate:
    """Run a job: the same words that follow `generate` on the command line."""

    arguments: list[str]


@dataclass(frozen=True)
class Cancel:
    """End the running job; finished frames are kept."""


@dataclass(frozen=True)
class Shutdown:
    """End the engine."""


@dataclass(frozen=True)
class Ready:
    """The engine is up and takes jobs."""

    protocol: int
    version: str


@dataclass(frozen=True)
class Progress:
    """How far a stage has come: `capture`, `load`, `keyframes`, `paint`, `movie`."""

    stage: str
    frame: int | None = None
    """The frame at work."""
    done: int = 0
    """Frames of this stage that are finished."""
    frames: int = 0
    """Frames this stage has to do."""
    share: float | None = None
    """How much of the stage is done, 0 to 1, where that is known more finely than in frames."""
    step: int = 0
    steps: int = 0
    eta_s: float | None = None
    memory_mb: float | None = None
    preview: str | None = None
    """Path of a small picture of the frame at work."""


@dataclass(frozen=True)
class Warned:
    """Something a person should know; the work goes on."""

    message: str


@dataclass(frozen=True)
class Divided:
    """The capture takes the first of its frames; these are for other processes."""

    shares: list[str]
    """Frame ranges."""


@dataclass(frozen=True)
class FrameWritten:
    """A frame is on disk under its final name."""

    frame: int
    path: str


@dataclass(frozen=True)
class Finished:
    """The job is done: how many frames were worked on and how many were already there."""

    written: int
    kept: int
    seconds: float
    folder: str
    movie: str | None = None


@dataclass(frozen=True)
class Failed:
    """The job ended with an error a person can act on."""

    kind: str
    message: str
    hint: str
    exit_code: int

    @classmethod
    def of(cls, error: OverpaintError) -> Failed:
        return cls(error.kind, error.message, error.hint, error.exit_code)


Message = Generate | Cancel | Shutdown | Ready | Progress | Warned | Divided | FrameWritten | Finished | Failed
Emit = Callable[[Message], None]
_TYPES: dict[str, type[Message]] = {cls.__name__: cls for cls in get_args(Message)}


def encode(message: Message) -> str:
    """The message as one line of JSON, without the line break."""
    return json.dumps({"type": type(message).__name__} | asdict(message), ensure_ascii=True)


def decode(line: str) -> Message:
    """The message in a line. Raises ValueError, naming the line, where there is none."""
    try:
        record = json.loads(line)
        return _TYPES[record.pop("type")](**record)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a message: {line.strip()[:200]!r}") from error
