"""Models by name: what `registry.toml` lists, and where they lie on this machine."""

from __future__ import annotations

import os
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from engine.contract.errors import ModelInvalid, OutputUnwritable, WeightsMissing
from models.weights import check_safetensors, find_weights

REGISTRY = Path(__file__).with_name("registry.toml")
GUIDANCE_SCALE = 7.5
"""What Stable Diffusion 1.5 and what was fine-tuned from it are usually painted with."""
VAES = "vae"
"""The table of the registry that lists VAEs and no model."""

NETWORKS = ("unet", "controlnet", "vae", "text_encoder")
BUNDLED_FILES = (
    *(f"{network}/config.json" for network in NETWORKS),
    *("tokenizer/vocab.json", "tokenizer/merges.txt", "tokenizer/known_words.json"),
    "scheduler/scheduler_config.json",
)


@dataclass(frozen=True)
class Download:
    """Files of a repository on the Hugging Face hub, and the licence they come under."""

    repository: str
    files: tuple[str, ...]
    licence: str
    purpose: str = ""


@dataclass(frozen=True)
class RegisteredModel:
    """One entry of the registry; `base` and `controlnet` are None for what is never downloaded."""

    name: str
    purpose: str
    licence: str
    native_size: tuple[int, int]  # width, height
    guidance_scale: float
    is_bundled: bool
    """Whether its files come with Overpaint, in models/<name>."""
    base: Download | None
    controlnet: Download | None

    def folder(self, home: Path) -> Path:
        """Where it lies, or would lie; `home` is OVERPAINT_HOME."""
        return REGISTRY.with_name(self.name) if self.is_bundled else home / "models" / self.name


def registered_models() -> dict[str, RegisteredModel]:
    """Every model of the registry, by name."""
    return {name: _registered(name, entry) for name, entry in _registry().items() if name != VAES}


def registered_vaes() -> dict[str, Download]:
    """Every VAE of the registry that models may be given in the place of their own, by name."""
    return {name: _download(entry) for name, entry in _registry()[VAES].items()}


def resolve(name_or_path: str, home: Path) -> Path:
    """The folder or file of a model by its registered name or its path; `home` is OVERPAINT_HOME.

    The stand-in is made on its first use. Raises ModelInvalid for an unknown name or a damaged file of a bundled model,
    WeightsMissing for a registered model that is not on this machine; nothing is ever downloaded here.
    """
    known = registered_models()
    if name_or_path not in known:
        hint = f"give a diffusers folder, a .safetensors file or one of: {', '.join(known)}"
        return _existing_path("model", name_or_path, hint)
    folder = known[name_or_path].folder(home)
    if known[name_or_path].is_bundled:
        check_bundled(folder)
    elif not (folder / "model_index.json").is_file() and not (folder / "unet").is_dir():
        _provide(known[name_or_path], folder)
    return folder


def resolve_vae(name_or_path: str, home: Path) -> Path:
    """The folder of a VAE by its registered name or its path, as `resolve` does for models."""
    known = registered_vaes()
    if name_or_path not in known:
        return _existing_path("VAE", name_or_path, f"give a diffusers folder or one of: {', '.join(known)}")
    folder = home / "models" / name_or_path
    if not (folder / "config.json").is_file():
        raise WeightsMissing(
            f"the VAE {name_or_path} is not on this machine",
            f"put {' and '.join(known[name_or_path].files)} of huggingface.co/{known[name_or_path].repository} "
            f"into {folder}",
        )
    return folder


def usual_guidance_scale(name_or_path: str) -> float:
    """What suits a model, by its registered name or its path."""
    model = registered_models().get(name_or_path)
    return model.guidance_scale if model else GUIDANCE_SCALE


def check_bundled(folder: Path) -> None:
    """Raises WeightsMissing or ModelInvalid that says how to repair a model whose files are not all here and whole."""
    repair = (
        f"restore it: git checkout -- models/{folder.name}, or install Overpaint again, "
        f"or train it anew: python3 overpaint.py train {folder.name}"
    )
    try:
        for network in NETWORKS:
            for file in find_weights(folder / network).files:
                check_safetensors(file)
        for name in BUNDLED_FILES:
            if not (folder / name).is_file():
                raise WeightsMissing(f"{folder / name} is missing")
    except (WeightsMissing, ModelInvalid) as error:
        raise type(error)(error.message, repair) from error


def _existing_path(what: str, name_or_path: str, hint: str) -> Path:
    path = Path(name_or_path).expanduser()
    if not path.exists():
        raise ModelInvalid(f'there is no {what} "{name_or_path}"', hint)
    return path


def _provide(model: RegisteredModel, folder: Path) -> None:
    if model.base is None or model.controlnet is None:
        _generate(folder)
        return
    raise WeightsMissing(
        f"the model {model.name} is not on this machine",
        f"put the files of huggingface.co/{model.base.repository} into {folder} "
        f"and those of huggingface.co/{model.controlnet.repository} into {folder / 'controlnet'}, "
        "or use --model preview, which comes with Overpaint",
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


def _registry() -> dict[str, Any]:
    return tomllib.loads(REGISTRY.read_text(encoding="utf-8"))


def _registered(name: str, entry: dict) -> RegisteredModel:
    width, height = entry["native_size"]
    return RegisteredModel(
        name=name,
        purpose=entry["purpose"],
        licence=entry["licence"],
        native_size=(width, height),
        guidance_scale=entry.get("guidance_scale", GUIDANCE_SCALE),
        is_bundled=entry.get("bundled", False),
        base=_download(entry) if "repository" in entry else None,
        controlnet=_download(entry["controlnet"]) if "controlnet" in entry else None,
    )


def _download(entry: dict) -> Download:
    return Download(entry["repository"], tuple(entry["files"]), entry["licence"], entry.get("purpose", ""))
