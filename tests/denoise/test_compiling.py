from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.contract.errors import CompilerMissing, UsageError
from engine.contract.frames import Clip
from engine.contract.job import Job, Settings, SurfaceSettings
from engine.denoise.compiling import check_compiling

JOB = Job("a robot", "shot", Clip(1, 2))
CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def test_a_compiler_is_found_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "true")
    check_compiling(JOB, CPU)


def test_a_missing_compiler_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(CompilerMissing, match="no no-such-compiler on this machine") as caught:
        check_compiling(JOB, CPU)
    assert "CXX" in caught.value.hint and caught.value.exit_code == 69


@pytest.mark.parametrize(("platform", "compiler"), [("linux", r"g\+\+"), ("darwin", r"clang\+\+"), ("win32", "cl")])
def test_each_platform_has_its_own(monkeypatch: pytest.MonkeyPatch, platform: str, compiler: str) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(CompilerMissing, match=f"there is no {compiler} on"):
        check_compiling(JOB, CPU)


def test_cuda_needs_triton_and_no_compiler_for_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    check_compiling(JOB, CUDA)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CompilerMissing, match="Triton"):
        check_compiling(JOB, CUDA)


def test_keyframes_of_another_size_at_every_step_are_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "true")
    redrawing = Settings(surface=SurfaceSettings(keyframe_choice="redraw"))
    with pytest.raises(UsageError, match="redraw"):
        check_compiling(replace(JOB, settings=redrawing), CPU)
