"""Blender's processes that capture a scene, side by side: what they tell, and how they end."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from signal import strsignal
from typing import IO

from engine.contract.errors import BlenderMissing, OutOfMemory, OverpaintError, SceneInvalid, from_kind
from engine.contract.files import writable
from engine.contract.messages import Failed, Finished, Message, Progress, decode
from engine.finding_blender import HINT
from engine.setup.system import clean_variables

KILLED = 9  # the signal by which a system without memory ends processes
PATIENCE = 10.0  # seconds for a Blender that is told to end


@dataclass(eq=False)
class Worker:
    """One of the processes."""

    process: subprocess.Popen[str]
    log: Path
    progress: Progress
    """How far it is."""
    last: Message | None = None
    frame: int | None = None
    """The frame it is at, once it is at one."""
    has_ended: bool = False

    def error(self) -> OverpaintError | None:
        """The error that the ended process reported, or one that names its log; the log stays only for that."""
        exit_code = self.process.wait()
        error = from_kind(self.last.kind, self.last.message, self.last.hint) if isinstance(self.last, Failed) else None
        if not isinstance(self.last, (Finished, Failed)) or type(error) is OverpaintError:
            crash = _crash(exit_code, self.frame, self.log)
            crash.__cause__ = error
            return crash
        self.log.unlink(missing_ok=True)
        return error


class Crew(ExitStack):
    """Processes that end with the block, whatever ends the block."""

    def __init__(self) -> None:
        super().__init__()
        self.workers: list[Worker] = []
        self._heard: SimpleQueue[tuple[Worker, Message | None]] = SimpleQueue()

    def start(self, command: list[str], log: Path, frames: int = 0) -> None:
        """Starts a process that tells messages on its output, and is expected to capture so many frames."""
        with writable(log):
            log.parent.mkdir(parents=True, exist_ok=True)
            log_file = self.enter_context(log.open("wb", buffering=0))
        process = self.enter_context(_process(command, log_file))
        worker = Worker(process, log, Progress("capture", frames=frames))
        self.workers.append(worker)
        threading.Thread(target=self._listen, args=(worker, log_file), daemon=True).start()

    def messages(self) -> Iterator[tuple[Worker, Message]]:
        """What the processes tell, until all of them have ended."""
        while not all(worker.has_ended for worker in self.workers):
            worker, message = self._heard.get()
            if message is None:
                worker.has_ended = True
                continue
            worker.last = message
            worker.frame = message.frame if isinstance(message, Progress) else worker.frame
            yield worker, message

    def _listen(self, worker: Worker, log: IO[bytes]) -> None:
        """What Blender prints before the script runs is no message, and goes to the log."""
        assert worker.process.stdout
        try:
            for line in worker.process.stdout:
                try:
                    self._heard.put((worker, decode(line)))
                except ValueError:
                    with suppress(OSError):  # a full disk is for the capture to report
                        log.write(line.encode())
        finally:
            self._heard.put((worker, None))


@contextmanager
def _process(command: list[str], log: IO[bytes]) -> Iterator[subprocess.Popen[str]]:
    try:
        process = subprocess.Popen(
            command,
            env=clean_variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise BlenderMissing(f"{command[0]} does not start: {(error.strerror or str(error)).lower()}", HINT) from error
    with process:
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()


def _crash(exit_code: int, frame: int | None, log: Path) -> OverpaintError:
    how, hint = f"ended with exit code {exit_code}", f"see {log}; finished frames are kept"
    if exit_code < 0:
        how = f"was ended by signal {-exit_code} ({strsignal(-exit_code)})"
        other = "try another Blender, rather one from blender.org than Python's module: OVERPAINT_BLENDER names it"
        hint = f"{other}; {hint}"
    where = "before its first frame" if frame is None else f"in frame {frame}"
    reason = _reason(log.read_text(encoding="utf-8", errors="replace"))
    message = f"Blender {how} {where}" + (f", after {reason!r}" if reason else "")
    if exit_code == -KILLED:
        return OutOfMemory(message, "free some memory, then run the same command again: finished frames are kept")
    return SceneInvalid(message, hint)


def _reason(log: str) -> str:
    """What Python calls fatal, before it tells where it was; else the last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("Fatal Python error")), lines[-1] if lines else "")
