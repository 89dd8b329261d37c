"""The device that paints."""

from __future__ import annotations

import os

import psutil
import torch

from engine.contract.errors import DeviceUnavailable

BYTES_PER_MB = 1 << 20


def choose_device(name: str) -> torch.device:
    """`cuda`, `mps`, `cpu`, or by `auto` the first of them that exists. Raises DeviceUnavailable."""
    available = [kind for kind, exists in _devices().items() if exists]
    if name != "auto" and name not in available:
        raise DeviceUnavailable(
            f"this machine has no {name} device that torch {torch.__version__} can use",
            f"use --device {available[0]}, or see `python3 overpaint.py doctor`",
        )
    return torch.device(available[0] if name == "auto" else name)


def choose_dtype(name: str, device: torch.device) -> str:
    """The name of a torch dtype; `auto` is float16 where it is fast, on CUDA."""
    if name != "auto":
        return name
    return "float16" if device.type == "cuda" else "float32"


def be_deterministic(threads: int) -> None:
    """Same inputs, same bytes: no autotuning, no atomics, and as many threads as the plan says."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False


def memory_mb(device: torch.device) -> float:
    """What the job holds just now: on the GPU where it paints there, else of main memory."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device) / BYTES_PER_MB
    return psutil.Process().memory_info().rss / BYTES_PER_MB


def _devices() -> dict[str, bool]:
    return {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
