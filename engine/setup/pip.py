"""Runs pip in an environment, and says in one sentence why it failed."""

from __future__ import annotations

import contextlib
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from engine.contract.errors import EngineMissing, OutputUnwritable, OverpaintError
from engine.setup.system import ask, clean_variables, say


class Unreachable(EngineMissing):
    """The network or the package index does not answer; the same command may succeed later."""

    exit_code = 75


@dataclass(frozen=True)
class Cause:
    sign: str  # regular expression for the output of what failed
    error: type[OverpaintError]
    message: str  # {what}: the group of that name in the sign
    hint: str


CAUSES = (  # the surest sign first: without a network, pip also finds no distribution
    Cause(
        r"No space left on device|Errno 28\b|not enough space on the disk",
        OutputUnwritable,
        "the disk is full",
        "free some space, or set OVERPAINT_HOME (and TMPDIR) to folders on a larger disk",
    ),
    Cause(
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|getaddrinfo failed|"
        r"Failed to establish a new connection|Connection (refused|reset|aborted|broken)|IncompleteRead|"
        r"HTTP error (407|429|5\d\d)",
        Unreachable,
        "the packages cannot be downloaded: the package index does not answer",
        "connect to the internet or point pip at a mirror (PIP_INDEX_URL, PIP_FIND_LINKS), and run the command again",
    ),
    Cause(
        r"Permission denied|Errno 13\b|Read-only file system",
        OutputUnwritable,
        "the environment's folder cannot be written",
        "set OVERPAINT_HOME to a folder of your own",
    ),
    Cause(
        r"ensurepip is not available|No module named '?(venv|ensurepip)\b",
        EngineMissing,
        "this Python cannot make virtual environments",
        "install its venv module (Debian, Ubuntu: `apt install python3-venv`), or use the Python of python.org",
    ),
    Cause(
        r"No matching distribution found for (?P<what>\S+)",
        EngineMissing,
        "there is no {what} for this system and this Python",
        "use a 64-bit Python 3.11, 3.12 or 3.13 on Linux, Windows or an Apple-silicon Mac",
    ),
    Cause(
        r"(?P<what>[\w+-]+\.so[.\d]*): cannot open shared object file",
        EngineMissing,
        "the system's library {what} is missing",
        "install it (Debian, Ubuntu: `apt install libx11-6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libgl1`)",
    ),
)


def pip_install(python: Path, log: Path, *arguments: str) -> None:
    """Installs into the environment of `python`; pip's full account goes to `log`.

    Raises Unreachable, OutputUnwritable or EngineMissing.
    """
    command = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--log", str(log), *arguments]
    lines = []
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                command,
                env=clean_variables(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
        )
        stack.callback(process.kill)  # an interrupted launcher leaves no pip behind
        for line in process.stdout or ():
            lines.append(line)
            if re.search(r"Downloading .*\d (MB|GB)\)|Installing collected", line):
                say(line.strip()[:110])
        process.wait()
    if process.returncode != 0:
        raise failure("".join(lines), log)


def failure(output: str, log: Path) -> OverpaintError:
    """The error that a failed installation's output tells of."""
    for cause in CAUSES:
        if match := re.search(cause.sign, output):
            return cause.error(cause.message.format(**match.groupdict()), f"{cause.hint}; the full log is {log}")
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "no output").strip()
    return EngineMissing(f"the installation failed: {last[:200]}", f"the full log is {log}")


def index_is_configured(python: Path) -> bool:
    """Whether the machine's pip is told where its packages come from, by a file or by variables."""
    return bool(re.search(r"(index[-_]url|find[-_]links|no[-_]index)\s*=", ask(python, "-m", "pip", "config", "list")))
