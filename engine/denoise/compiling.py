"""The networks by torch.compile: faster where many frames are painted, after minutes of compiling."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch

from engine.contract.errors import CompilerMissing, UsageError
from engine.contract.job import Job

Network = Callable[..., Any]
BACKEND = "inductor"
COMPILERS = {"darwin": "clang++", "win32": "cl"}
"""By platform, what torch.compile builds C++ with; elsewhere g++."""


def compiled(networks: Sequence[Network], backend: str) -> list[Network]:
    """Each network as one graph for each size of its batch, and each kind of SurfaceAttention, that it meets.

    Attention lies inside the graph: what keyframes share with other frames, and how much of it, are tensors, so that
    another step or chunk needs no other graph. Were a network to need too many, it would fail, not become slow unseen.
    """
    torch.compiler.reset()  # graphs of an earlier job in this process count, too, towards how many are too many
    return [torch.compile(network, backend=backend, fullgraph=True, dynamic=False) for network in networks]


def check_compiling(job: Job, device: torch.device) -> None:
    """Raises UsageError where compiling would not help, CompilerMissing where it could not work."""
    if job.redraws_keyframes:
        raise UsageError(
            "with --keyframe-choice redraw what is shared has another size at every step, so --compile helps nothing",
            "leave out one of them",
        )
    if device.type == "cuda" and importlib.util.find_spec("triton") is None:
        raise CompilerMissing("--compile needs Triton on CUDA, and it is not installed", "leave out --compile")
    compiler = os.environ.get("CXX") or COMPILERS.get(sys.platform, "g++")
    if device.type == "cpu" and shutil.which(compiler) is None:
        raise CompilerMissing(
            f"--compile needs a C++ compiler on a CPU, and there is no {compiler} on this machine",
            "install one, name one by the environment variable CXX, or leave out --compile",
        )
