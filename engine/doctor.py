"""What this machine has for Overpaint, and what to do about what it lacks."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import torch

from engine.contract.errors import BlenderMissing, ModelInvalid, WeightsMissing
from engine.contract.job import Job
from engine.finding_blender import find_blender
from engine.setup.requirements import package_name, project_packages
from engine.setup.system import has_nvidia
from models.registry import Download, RegisteredModel, check_bundled, registered_models, registered_vaes

GIGABYTE = 1e9
WANTED_MEMORY = 6 * GIGABYTE  # Stable Diffusion 1.5 with ControlNet in float32, and a frame's intermediates
WANTED_DISK = 5 * GIGABYTE


@dataclass(frozen=True)
class Finding:
    name: str
    ok: bool  # False: something will not work
    found: str
    advice: str = ""  # what to do about it; where all is well, what could be had

    @property
    def mark(self) -> str:
        return "!!" if not self.ok else "--" if self.advice else "ok"


def diagnose(home: Path) -> list[Finding]:
    """Everything worth knowing, in the order in which a person would ask. `home` is OVERPAINT_HOME."""
    return [
        _python(),
        _packages(),
        _torch_build(),
        *_devices(),
        _memory(),
        _disk(home),
        _blender(),
        *(_model(model, model.folder(home)) for model in registered_models().values()),
        *(_vae(name, vae, home / "models" / name) for name, vae in registered_vaes().items()),
    ]


def report(findings: Sequence[Finding], as_json: bool = False) -> str:
    """The findings as a plain table, or as one line of JSON."""
    if as_json:
        return json.dumps([asdict(finding) for finding in findings])
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.mark}  {finding.name:{width}}  {finding.found}")
        if finding.advice:
            lines.append(f"    {'':{width}}  -> {finding.advice}")
    return "\n".join(lines)


def _check(name: str, ok: bool, found: str, advice: str) -> Finding:
    return Finding(name, ok, found, "" if ok else advice)


def _python() -> Finding:
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    found = f"{platform.python_version()} ({sys.executable})"
    return _check("Python", fits, found, "run overpaint.py with Python 3.11, 3.12 or 3.13")


def _packages() -> Finding:
    versions: dict[str, str | None] = {}
    for name in map(package_name, project_packages()):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    found = ", ".join(f"{name} {version or 'missing'}" for name, version in versions.items())
    return _check("packages", None not in versions.values(), found, "run this command through overpaint.py")


def _torch_build() -> Finding:
    cuda = torch.version.cuda
    advice = "update the driver of the NVIDIA card"
    if cuda is None:
        advice = "remove $OVERPAINT_HOME/engine and run overpaint.py again, for a build that uses the NVIDIA card"
    wasted = has_nvidia() and not torch.cuda.is_available()
    return _check("torch", not wasted, f"{torch.__version__}, {f'for CUDA {cuda}' if cuda else 'without CUDA'}", advice)


def _devices() -> list[Finding]:
    devices = [Finding("device cpu", True, f"{torch.get_num_threads()} threads, {platform.machine()}")]
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        devices.append(Finding(f"device cuda:{index}", True, f"{properties.name}, {_size(properties.total_memory)}"))
    if torch.backends.mps.is_available():
        devices.append(Finding("device mps", True, "Apple's GPU"))
    return devices


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    advice = "close other programs, or use a smaller --resolution: Stable Diffusion 1.5 takes about 6 GB"
    found = f"{_size(memory.total)}, {_size(memory.available)} free"
    return Finding("memory", True, found, "" if memory.available >= WANTED_MEMORY else advice)


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home if home.exists() else Path.cwd()).free
    advice = "free some space, or set OVERPAINT_HOME to a folder on a larger disk"
    return _check("disk", free >= WANTED_DISK, f"{_size(free)} free at {home}", advice)


def _blender() -> Finding:
    try:
        blender = find_blender()
    except BlenderMissing as error:
        return Finding("Blender", False, error.message, error.hint)
    return Finding("Blender", True, f"{blender.version} ({' '.join(blender.command)})")


def _model(model: RegisteredModel, folder: Path) -> Finding:
    name = f"model {model.name}"
    if model.is_bundled:
        return _bundled_model(name, model, folder)
    if model.base is None or model.controlnet is None:
        return Finding(name, True, f"{model.purpose}; made on first use")
    wanted = [folder / file for file in model.base.files]
    wanted += [folder / "controlnet" / file for file in model.controlnet.files]
    missing = [file for file in wanted if not file.exists()]
    if not missing:
        return Finding(name, True, f"{model.purpose}; here")
    return Finding(
        name,
        True,
        f"{model.purpose}; {len(missing)} of {len(wanted)} files missing",
        f"to use it, put the files of huggingface.co/{model.base.repository} into {folder} "
        f"and those of huggingface.co/{model.controlnet.repository} into {folder / 'controlnet'}",
    )


def _bundled_model(name: str, model: RegisteredModel, folder: Path) -> Finding:
    try:
        check_bundled(folder)
    except (ModelInvalid, WeightsMissing) as error:
        is_needed = model.name == Job.model  # what nobody asked for is no fault
        return Finding(name, not is_needed, error.message, error.hint)
    return Finding(name, True, f"{model.purpose}; here")


def _vae(name: str, vae: Download, folder: Path) -> Finding:
    missing = [file for file in vae.files if not (folder / file).exists()]
    advice = f"to use it, put {' and '.join(vae.files)} of huggingface.co/{vae.repository} into {folder}"
    found = f"{vae.purpose}; {'files missing' if missing else 'here'}"
    return Finding(f"VAE {name}", True, found, advice if missing else "")


def _size(count: int) -> str:
    return f"{count / GIGABYTE:.1f} GB"
