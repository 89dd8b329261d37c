"""Questions to the machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


def say(line: str) -> None:
    """One plain line of progress, on the error stream: the output belongs to the command."""
    sys.stderr.write(f"overpaint: {line}\n")
    sys.stderr.flush()


def clean_variables() -> dict[str, str]:
    """The process's variables, without those that lead another Python astray."""
    astray = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX")
    return {name: value for name, value in os.environ.items() if name not in astray} | {"PIP_USER": "0"}


def run_quietly(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end and keeps what it prints. Raises OSError and subprocess.TimeoutExpired."""
    return subprocess.run(
        command,
        env=clean_variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=600,
        check=False,
    )


def ask(*command: str | Path) -> str:
    """The answer a command prints, or nothing when it does not exist, fails or hangs."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        answer = run_quietly(*command)
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


@dataclass(frozen=True)
class Memory:
    """The machine's main memory in bytes; what is free is None where the system does not tell."""

    total: int
    free: int | None


def main_memory() -> Memory:
    if sys.platform == "win32":
        return _windows_memory()
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError):
        lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        return Memory(total, int(lines["MemAvailable"].split()[0]) * 1024)
    return Memory(total, None)


def _windows_memory() -> Memory:
    import ctypes

    class Status(ctypes.Structure):  # MEMORYSTATUSEX
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            ("free", ctypes.c_ulonglong),
            ("others", ctypes.c_ulonglong * 5),
        )

    status = Status(length=ctypes.sizeof(Status))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined, unused-ignore]
    return Memory(status.total, status.free)
