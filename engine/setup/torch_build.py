"""Which build of torch the engine gets: one that is there already, or the one that fits the machine."""

from __future__ import annotations

import json
import re
import shutil
import sys
import sysconfig
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from engine.setup.pip import index_is_configured
from engine.setup.requirements import Requirements, package_name
from engine.setup.system import ask, has_nvidia, say

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CUDA_INDEX = "https://download.pytorch.org/whl/cu130"
QUESTION = """
import importlib.metadata, json
torch = importlib.metadata.distribution("torch")
print(json.dumps([torch.version, torch.requires or []]))
"""


@dataclass(frozen=True)
class TorchBuild:
    version: str
    needs: tuple[str, ...]  # requirement lines of its own


def installed_torch(python: Path) -> TorchBuild | None:
    """The torch that `python` imports, in its environment or borrowed."""
    if not (answer := ask(python, "-c", QUESTION)):
        return None
    version, needs = json.loads(answer)
    return TorchBuild(version, tuple(needs))


def satisfies(version: str, requirements: Requirements) -> bool:
    """Whether a build of this version may be kept; previews are no releases, and a card wants more than a CPU build."""
    release = re.fullmatch(r"(\d+(?:\.\d+)*)(\+.*)?", version)
    if release is None or (has_nvidia() and release[2] == "+cpu"):
        return False
    span = next(line for line in requirements.packages if package_name(line) == "torch")
    at_least, below = (_numbers(bound) for bound in re.findall(r"[\d.]+", span))
    return at_least <= _numbers(release[1]) < below


def borrow_torch(folder: Path, requirements: Requirements) -> list[str]:
    """Lets the new environment in `folder` see a satisfying torch of the Python that runs this.

    Links to torch and to what it needs, and to nothing else of that Python, stand beside the environment (within it,
    pip would take them for its own and delete what they point to). Returns the files that the environment depends on
    from now on: none where there is nothing to borrow.
    """
    packages = _with_needs("torch")
    if not packages or not satisfies(packages["torch"].version, requirements):
        return []
    shelf = folder.with_name(f"{folder.name}-torch")
    shutil.rmtree(shelf, ignore_errors=True)
    shelf.mkdir()
    try:
        for package in packages.values():
            _link(package, shelf)
    except OSError:
        say("the torch that is there cannot be linked to (Windows allows it to developers only): fetching another")
        return []
    site_packages = sysconfig.get_path("purelib", "venv", vars={"base": str(folder), "platbase": str(folder)})
    Path(site_packages, "torch-of-this-machine.pth").write_text(f"{shelf}\n", encoding="utf-8")
    return [str(packages["torch"].locate_file("torch/__init__.py"))]


def _with_needs(name: str) -> dict[str, Distribution]:
    """An installed distribution and, in turn, what it requires, by name; none if it is not installed."""
    found: dict[str, Distribution] = {}
    names = [name]
    while names:
        name = names.pop()
        if name not in found:
            with suppress(PackageNotFoundError):
                found[name] = distribution(name)
                names += [package_name(line) for line in found[name].requires or () if "extra ==" not in line]
    return found


def _link(package: Distribution, shelf: Path) -> None:
    for entry in {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}:
        link = shelf / entry
        if not link.is_symlink():  # namespaces such as nvidia/ have many distributions
            link.symlink_to(str(package.locate_file(entry)))


def keeping(build: TorchBuild, requirements: Requirements) -> Requirements:
    """The requirements with this build pinned, and the versions of what it needs left to it."""
    left = {"torch", *map(package_name, build.needs)}
    pins = [pin for pin in requirements.pins if package_name(pin) not in left]
    return requirements.with_pins((*pins, f"torch=={build.version}"))


def torch_index(python: Path) -> str | None:
    """Where the fitting build comes from; None: from where the machine's pip looks anyway.

    PyPI's Linux wheels bring CUDA along and its Windows wheels do not.
    """
    wanted = {("linux", False): CPU_INDEX, ("win32", True): CUDA_INDEX}.get((sys.platform, has_nvidia()))
    return None if wanted is None or index_is_configured(python) else wanted


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.strip(".").split(".")))
