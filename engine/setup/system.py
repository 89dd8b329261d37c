"""Questions to the machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path


def say(line: str) -> None:
    """One plain line of progress, on the error stream: the output belongs to the command."""
    sys.stderr.write(f"overpaint: {line}\n")
    sys.stderr.flush()


def clean_variables() -> dict[str, str]:
    """The process's variables, without those that lead another Python astray."""
    astray = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX")
    return {name: value for name, value in os.environ.items() if name not in astray} | {"PIP_USER": "0"}


def run_quietly(*command: str | Path, errors_to: int = subprocess.STDOUT) -> subprocess.CompletedProcess[str]:
    """Runs a command and keeps all that it prints. Raises OSError and subprocess.TimeoutExpired."""
    return subprocess.run(
        command,
        env=clean_variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors_to,
        encoding="utf-8",
        errors="replace",
        timeout=600,
        check=False,
    )


def ask(*command: str | Path) -> str:
    """The answer a command prints, without warnings, or nothing when it does not exist, fails or hangs."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        answer = run_quietly(*command, errors_to=subprocess.DEVNULL)
        return answer.stdout.strip() if answer.returncode == 0 else ""
    return ""


def has_nvidia() -> bool:
    """Whether the machine has an NVIDIA card with its driver."""
    windows_driver = Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "System32/nvcuda.dll")
    return bool(
        shutil.which("nvidia-smi")
        or Path("/proc/driver/nvidia/version").exists()
        or (sys.platform == "win32" and windows_driver.exists())
    )
