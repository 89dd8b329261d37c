"""How a command speaks while it works: bars on a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from tqdm import tqdm

from engine.contract.messages import FrameWritten, Message, Progress, Warned

STAGES = {
    "capture": "capturing",
    "load": "loading the model",
    "keyframes": "denoising the keyframes",
    "paint": "painting",
    "movie": "writing the movie",
}


class Reporter(Protocol):
    """Takes the messages of a running command."""

    def __call__(self, message: Message) -> None: ...

    def close(self) -> None: ...


def make_reporter(output: TextIO = sys.stdout, errors: TextIO = sys.stderr) -> Reporter:
    return BarReporter(errors) if output.isatty() and errors.isatty() else LineReporter(output, errors)


class LineReporter:
    """One line when a stage begins, one for each denoising step and one for each finished frame: `frame 12/48`."""

    def __init__(self, output: TextIO, errors: TextIO) -> None:
        self._output = output
        self._errors = errors
        self._stage = Progress("")
        self._written = 0
        self._step = 0

    def __call__(self, message: Message) -> None:
        match message:
            case Progress(stage) if stage != self._stage.stage:
                self._stage, self._written = message, 0
                self._say(f"{STAGES[stage]}: {message.frames} frames", self._output)
            case Progress("keyframes" | "paint", step=step) if step != self._step:
                self._step = step
                if step:
                    self._say(f"step {step}/{message.steps}", self._output)
            case FrameWritten(_, path):
                self._written += 1
                verb = "captured" if self._stage.stage == "capture" else "frame"
                self._say(f"{verb} {self._written}/{self._stage.frames} {path}", self._output)
            case Warned(text):
                self._say(f"warning: {text}", self._errors)

    def close(self) -> None:
        """Nothing to end: every line stands for itself."""

    def _say(self, line: str, stream: TextIO) -> None:
        print(line, file=stream, flush=True)


class BarReporter:
    """A bar per stage that moves with every denoising step."""

    def __init__(self, errors: TextIO) -> None:
        self._errors = errors
        self._stage = ""
        self._bar: tqdm | None = None

    def __call__(self, message: Message) -> None:
        match message:
            case Progress():
                self._advance(message)
            case Warned(text):
                tqdm.write(f"warning: {text}", file=self._errors)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def _advance(self, progress: Progress) -> None:
        if progress.stage != self._stage:
            self.close()
            self._stage = progress.stage
            self._bar = tqdm(
                total=progress.frames, desc=STAGES[progress.stage], unit="frame", file=self._errors, bar_format=_BAR
            )
        assert self._bar is not None
        self._bar.n = progress.done if progress.share is None else progress.share * progress.frames
        self._bar.refresh()


@contextmanager
def frame_bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """Gives on_frame(done, frames), which moves a bar on a terminal and says nothing anywhere else."""
    with tqdm(desc=description, unit="frame", file=sys.stderr, disable=None) as bar:

        def on_frame(done: int, frames: int) -> None:
            bar.total = frames
            bar.update(done - bar.n)

        yield on_frame


_BAR = "{desc}: {percentage:3.0f}%|{bar}| {n:.1f}/{total_fmt} [{elapsed}<{remaining}]"
