"""The engine as a process: what it says on stdout, and that nothing else does."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contract.messages import (
    Cancel,
    Failed,
    Finished,
    FrameWritten,
    Generate,
    Message,
    Progress,
    Ready,
    Shutdown,
    decode,
    encode,
)

ROOT = Path(__file__).resolve().parent.parent


class Engine:
    """An engine process and what it says."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine", "serve"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def tell(self, message: Message) -> None:
        assert self.process.stdin
        self.process.stdin.write(encode(message) + "\n")
        self.process.stdin.flush()

    def messages_until(self, *kinds: type) -> Iterator[Message]:
        assert self.process.stdout
        for line in self.process.stdout:
            message = decode(line)  # a line that is no message is an error
            yield message
            if isinstance(message, kinds):
                return


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.process.kill()
    engine.process.wait()


def order(shot: Path, model: Path, folder: Path, steps: int) -> Generate:
    return Generate(
        [str(shot), "--prompt=a robot", f"--model={model}", f"--steps={steps}", "--frames=1-2", f"--out={folder}"]
    )


def test_an_engine_paints_is_cancelled_fails_and_goes_on(
    engine: Engine, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    engine.tell(order(example_shot, tiny_checkpoint, tmp_path / "a", steps=2))
    said = list(engine.messages_until(Finished, Failed))
    assert isinstance(said[0], Ready)
    assert [message.frame for message in said if isinstance(message, FrameWritten)] == [1, 2]
    assert isinstance(said[-1], Finished)

    engine.tell(order(example_shot, tiny_checkpoint, tmp_path / "b", steps=900))
    for message in engine.messages_until(Finished, Failed):
        if isinstance(message, Progress) and message.step == 2:
            engine.tell(Cancel())
    assert isinstance(message, Failed)
    assert (message.kind, message.exit_code) == ("Cancelled", 143)

    engine.tell(order(tmp_path / "nothing", tiny_checkpoint, tmp_path / "c", steps=2))
    *_, failed = engine.messages_until(Failed)
    assert isinstance(failed, Failed)
    assert failed.kind == "ShotInvalid"

    engine.tell(Shutdown())
    assert engine.process.wait(timeout=30) == 0


def test_the_end_of_stdin_ends_a_job_and_the_engine(
    engine: Engine, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    engine.tell(order(example_shot, tiny_checkpoint, tmp_path, steps=900))
    for message in engine.messages_until(Progress):
        assert isinstance(message, (Ready, Progress))
    assert engine.process.stdin
    engine.process.stdin.close()
    assert engine.process.wait(timeout=60) == 0
