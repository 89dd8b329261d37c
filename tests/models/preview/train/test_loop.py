from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from models.preview.train.journal import Journal
from models.preview.train.loop import Intervals, current_phase, learning_rate_factor, train
from models.preview.train.recipe import Phase


class Drawing:
    """Trains nothing: its losses are drawn by chance, so that they tell whether it was resumed in the right place."""

    name = "drawing"

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.reviews = 0
        self.generator = torch.Generator().manual_seed(0)

    def step(self, share: float) -> float:
        self.losses.append(share + torch.rand((), generator=self.generator).item())
        return self.losses[-1]

    def review(self, step: int) -> dict[str, float]:
        self.reviews += 1
        return {}

    def state_dict(self) -> dict[str, Any]:
        return {"losses": self.losses, "generator": self.generator.get_state()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.losses = state["losses"]
        self.generator.set_state(state["generator"])


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as in a terminal: a shell starts what runs in its background without."""
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, earlier)


class Interrupted(Drawing):
    """Gets a signal in its fifth step."""

    def step(self, share: float) -> float:
        if len(self.losses) == 4:
            os.kill(os.getpid(), signal.SIGINT)
        return super().step(share)


def run(training: Drawing, folder: Path, budget: float = 10) -> Drawing:
    """Each look at the clock takes a second: so does each step."""
    folder.mkdir(exist_ok=True)
    ticks = itertools.count()
    intervals = Intervals(line=2, saving=3, review=5)
    train(
        training, budget, folder / "drawing.state", Journal(folder / "log.jsonl"), intervals, lambda: float(next(ticks))
    )
    return training


def test_a_resumed_training_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    whole = run(Drawing(), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(Interrupted(), tmp_path / "parts")
    assert run(Drawing(), tmp_path / "parts").losses == whole.losses
    assert len(whole.losses) == 10


def test_a_signal_lets_the_step_end_and_the_state_be_saved(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(Interrupted(), tmp_path)
    state = torch.load(tmp_path / "drawing.state", weights_only=True)
    assert state["progress"]["step"] == len(state["training"]["losses"]) == 5
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_finished_training_returns_at_once_and_a_larger_budget_continues_it(tmp_path: Path) -> None:
    run(Drawing(), tmp_path)
    assert run(Drawing(), tmp_path).reviews == 0
    assert len(run(Drawing(), tmp_path, budget=12).losses) == 12


def test_reviews_come_at_their_interval_and_at_the_end(tmp_path: Path) -> None:
    assert run(Drawing(), tmp_path, budget=12).reviews == 3


def test_the_learning_rate_warms_up_stays_and_goes_to_nothing() -> None:
    assert learning_rate_factor(0) < 0.02
    assert learning_rate_factor(0.02) == learning_rate_factor(0.6) == 1
    assert 0.4 < learning_rate_factor(0.8) < 0.6
    assert learning_rate_factor(1) == pytest.approx(0)


def test_the_last_phase_lasts_to_the_end() -> None:
    phases = (Phase(until=0.5, crop=16, batch=64), Phase(until=1, crop=32, batch=16))
    assert [current_phase(phases, share).crop for share in (0, 0.49, 0.5, 0.99, 1.01)] == [16, 16, 32, 32, 32]
