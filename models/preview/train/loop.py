"""A training within a budget of time: it resumes where it was, and a signal ends it only once its state is saved."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from engine.contract.files import atomic
from models.preview.train.journal import Journal
from models.preview.train.recipe import Phase

WARM_UP_SHARE = 0.01
DECAY_SHARE = 0.4


class Training(Protocol):
    """What is trained. All chance in it comes from generators that belong to its state."""

    name: str

    def step(self, share: float) -> float:
        """One optimiser step, at this share of the budget; returns the loss."""

    def review(self, step: int) -> dict[str, float]:
        """Measures what was learned, writes sample sheets and keeps the best weights."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


@dataclass(frozen=True)
class Intervals:
    """Seconds of training between two lines of the journal, two savings, two reviews."""

    line: float = 15
    saving: float = 120
    review: float = 600


INTERVALS = Intervals()


@dataclass
class Progress:
    step: int = 0
    seconds: float = 0  # of training alone, over all resumes
    loss: float = math.nan  # running mean

    def add(self, loss: float, seconds: float) -> None:
        self.loss = loss if self.step == 0 else 0.98 * self.loss + 0.02 * loss
        self.step += 1
        self.seconds += seconds


def train(
    training: Training,
    budget: float,
    state_file: Path,
    journal: Journal,
    intervals: Intervals = INTERVALS,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Trains for `budget` seconds in all, of which an earlier run may have used some; a finished one returns at once.

    On SIGTERM or Ctrl-C the state is saved first, then the signal takes its course.
    """
    progress = _resume(training, state_file)
    if progress.seconds >= budget:
        return
    with _deferred_signals() as has_signal:
        while progress.seconds < budget and not has_signal():
            started, before = clock(), progress.seconds
            loss = training.step(before / budget)
            progress.add(loss, clock() - started)
            if _passes(intervals.line, before, progress.seconds):
                journal.write(training.name, step=progress.step, minutes=progress.seconds / 60, loss=progress.loss)
            if _passes(intervals.review, before, progress.seconds):
                journal.write(training.name, step=progress.step, **training.review(progress.step))
            if _passes(intervals.saving, before, progress.seconds):
                _save(training, progress, state_file)
        if progress.seconds >= budget:
            journal.write(training.name, step=progress.step, **training.review(progress.step))
        _save(training, progress, state_file)


def is_finished(state_file: Path, budget: float) -> bool:
    return state_file.exists() and _read(state_file)["progress"]["seconds"] >= budget


def learning_rate_factor(share: float) -> float:
    """Linear warm-up, then constant, then half a cosine down to 0 over the last part of the budget."""
    decay = max(0.0, share - (1 - DECAY_SHARE)) / DECAY_SHARE
    return min(1.0, (share + 1e-4) / WARM_UP_SHARE) * (1 + math.cos(math.pi * min(1.0, decay))) / 2


def current_phase(phases: Sequence[Phase], share: float) -> Phase:
    return next((phase for phase in phases if share < phase.until), phases[-1])


def _passes(interval: float, before: float, after: float) -> bool:
    return before // interval < after // interval


def _resume(training: Training, state_file: Path) -> Progress:
    if not state_file.exists():
        return Progress()
    state = _read(state_file)
    training.load_state_dict(state["training"])
    return Progress(**state["progress"])


def _read(state_file: Path) -> dict[str, Any]:
    return torch.load(state_file, map_location="cpu", weights_only=True)


def _save(training: Training, progress: Progress, state_file: Path) -> None:
    with atomic(state_file) as temporary:
        torch.save({"training": training.state_dict(), "progress": vars(progress)}, temporary)


@contextmanager
def _deferred_signals() -> Iterator[Callable[[], bool]]:
    """Holds SIGTERM and Ctrl-C back while the block runs, which may ask whether one has come; then lets it through."""
    received: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT)
    earlier = [signal.signal(number, lambda came, _: received.append(came)) for number in numbers]
    try:
        yield lambda: bool(received)
    finally:
        for number, reaction in zip(numbers, earlier, strict=True):
            signal.signal(number, reaction)
        if received:
            signal.raise_signal(received[0])
