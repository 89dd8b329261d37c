"""Models by name: what `registry.toml` lists, and where they lie on this machine."""

from __future__ import annotations

import os
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError

from engine.contract.errors import ModelInvalid, OutputUnwritable, WeightsMissing

REGISTRY = Path(__file__).with_name("registry.toml")


@dataclass(frozen=True)
class Download:
    """Files of a repository on the Hugging Face hub, and the licence they come under."""

    repository: str
    files: tuple[str, ...]
    licence: str


@dataclass(frozen=True)
class RegisteredModel:
    """One entry of the registry; `base` and `controlnet` are None for the one that is generated here."""

    name: str
    purpose: str
    licence: str
    native_size: tuple[int, int]  # width, height
    base: Download | None
    controlnet: Download | None


def registered_models() -> dict[str, RegisteredModel]:
    """Every model of the registry, by name."""
    entries = tomllib.loads(REGISTRY.read_text(encoding="utf-8"))
    return {name: _registered(name, entry) for name, entry in entries.items()}


def resolve(name_or_path: str, home: Path) -> Path:
    """The folder or file of a model: a registered name lies in `home`/models, anything else is a path.

    The stand-in is made on its first use. Raises ModelInvalid for an unknown name, WeightsMissing for a registered
    model that is not on this machine; nothing is ever downloaded here.
    """
    known = registered_models()
    if name_or_path not in known:
        return _existing_path(name_or_path, known)
    folder = home / "models" / name_or_path
    if not (folder / "model_index.json").is_file() and not (folder / "unet").is_dir():
        _provide(known[name_or_path], folder)
    return folder


def _existing_path(name_or_path: str, known: dict[str, RegisteredModel]) -> Path:
    path = Path(name_or_path).expanduser()
    if not path.exists():
        raise ModelInvalid(
            f'there is no model "{name_or_path}"',
            f"give a diffusers folder, a .safetensors file or one of: {', '.join(known)}",
        )
    return path


def _provide(model: RegisteredModel, folder: Path) -> None:
    if model.base is None or model.controlnet is None:
        _generate(folder)
        return
    raise WeightsMissing(
        f"the model {model.name} is not on this machine",
        f"put the files of huggingface.co/{model.base.repository} into {folder} "
        f"and those of huggingface.co/{model.controlnet.repository} into {folder / 'controlnet'}, "
        "or use --model stand-in to try Overpaint without them",
    )


def _generate(folder: Path) -> None:
    """Makes the stand-in under a temporary name, so that a half-made one is never taken for whole."""
    from models.stand_in import make_stand_in  # only here, because it loads torch

    temporary = folder.with_name(f".{folder.name}-{os.getpid()}")
    try:
        make_stand_in(temporary)
        temporary.rename(folder)
    except (OSError, SafetensorError) as error:
        # Another process may have been quicker: its stand-in is the same.
        if not (folder / "model_index.json").is_file():
            raise OutputUnwritable(
                f"the stand-in model cannot be written to {folder}: {error}",
                "free some space, or set OVERPAINT_HOME to a folder that can be written",
            ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _registered(name: str, entry: dict) -> RegisteredModel:
    width, height = entry["native_size"]
    return RegisteredModel(
        name=name,
        purpose=entry["purpose"],
        licence=entry["licence"],
        native_size=(width, height),
        base=None if entry.get("generated") else _download(entry),
        controlnet=_download(entry["controlnet"]) if "controlnet" in entry else None,
    )


def _download(entry: dict) -> Download:
    return Download(repository=entry["repository"], files=tuple(entry["files"]), licence=entry["licence"])
