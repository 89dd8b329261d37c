"""The engine as the add-on's companion: JSON lines, jobs in over stdin, messages out over stdout, a job at a time."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TextIO

from engine.contract import VERSION
from engine.contract.errors import Cancelled, OverpaintError
from engine.contract.messages import PROTOCOL, Cancel, Failed, Generate, Message, Ready, Shutdown, decode, encode
from engine.contract.options import generate_parser
from engine.run import generate


def serve() -> int:
    """Serves until Shutdown or the end of stdin: no engine outlives the add-on that started it."""
    server = Server(_claim_stdout())
    threading.Thread(target=server.listen, args=(sys.stdin,), daemon=True).start()
    server.work()
    return 0


def _claim_stdout() -> TextIO:
    """Keeps the real stdout for messages and points file descriptor 1 at stderr, so that no library can break in."""
    stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return stdout


class Server:
    """Runs jobs in the thread that calls `work`, while `listen` takes orders in another."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._jobs: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._unfinished: list[_Order] = []

    def listen(self, lines: Iterable[str]) -> None:
        for line in lines:
            try:
                self._obey(decode(line))
            except ValueError as error:
                self._emit(Failed("UsageError", str(error), "send one JSON message a line", 2))
        self._obey(Shutdown())

    def work(self) -> None:
        self._emit(Ready(PROTOCOL, VERSION))
        while (order := self._jobs.get()) is not None:
            self._emit(self._run(order))
            self._unfinished.remove(order)

    def _obey(self, message: Message) -> None:
        match message:
            case Generate():
                order = _Order(message)
                self._unfinished.append(order)
                self._jobs.put(order)
            case Cancel():
                self._cancel_all()
            case Shutdown():
                self._cancel_all()
                self._jobs.put(None)
            case _:
                raise ValueError(f"{type(message).__name__} is not an order")

    def _cancel_all(self) -> None:
        for order in list(self._unfinished):
            order.cancelled.set()

    def _run(self, order: _Order) -> Message:
        """The job's last message. Whatever a job does wrong, the engine stays up for the next."""
        try:
            order.check_cancelled()
            options = generate_parser("generate").parse_args(order.job.arguments)
            return generate(options, self._emit, order.check_cancelled)
        except OverpaintError as error:
            return Failed.of(error)
        except Exception as error:  # noqa: BLE001 - the job runner's boundary
            return Failed("InternalError", f"{type(error).__name__}: {error}", "please report this", 70)

    def _emit(self, message: Message) -> None:
        print(encode(message), file=self._output, flush=True)


@dataclass(frozen=True, eq=False)
class _Order:
    """A job with its own way to be cancelled, also while it waits."""

    job: Generate
    cancelled: threading.Event = field(default_factory=threading.Event)

    def check_cancelled(self) -> None:
        if self.cancelled.is_set():
            raise Cancelled("the job was cancelled", "generate again to continue where it was")
