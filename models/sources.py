"""Where the parts of a model lie: found once, then loaded and fingerprinted from the same paths."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.contract.errors import ModelInvalid, WeightsMissing
from models.architecture import check_vae
from models.single_file import CONFIGS, check_base_file
from models.weights import read_config, refuse_pickles

VOCABULARY_FILES = ("vocab.json", "merges.txt")
CLIP_MERGES_FILE = "bpe_simple_vocab_16e6.txt.gz"
PACKAGES_WITH_CLIP_MERGES = ("open_clip", "clip")


@dataclass(frozen=True)
class ModelSources:
    """The paths one model is loaded from."""

    base: Path
    """A diffusers folder, or a single `.safetensors` file with UNet, VAE and text encoder."""
    controlnet: Path
    """A diffusers folder of one network, or a single `.safetensors` file."""
    tokenizer: Path
    """A folder with `vocab.json` and `merges.txt`, or the gzipped merges of CLIP."""
    vae: Path | None = None
    """A diffusers folder of one network, to decode with in the place of the base's own."""

    @property
    def vae_config(self) -> Path:
        """That of a single file is the one of every Stable Diffusion 1.5."""
        return (self.base if self.base.is_dir() else CONFIGS) / "vae" / "config.json"

    @property
    def paths(self) -> tuple[Path, ...]:
        return self.base, self.controlnet, self.tokenizer, *([self.vae] if self.vae else [])


def find_sources(
    model: Path, controlnet: Path | None = None, home: Path | None = None, vae: Path | None = None
) -> ModelSources:
    """Finds base, ControlNet and tokenizer: the named ones, the model's own, then those of `home`/models/sd15.

    `vae` stands in for the model's own. Raises ModelInvalid for a pickle, another kind of file or a VAE for other
    latents, WeightsMissing for what is nowhere.
    """
    base = _checked(model)
    if base.is_file():
        check_base_file(base)  # before its parts are looked for: those of another architecture need other ones
    fetched = [home / "models" / "sd15"] if home else []
    places = [model if model.is_dir() else model.parent, *fetched]
    sources = ModelSources(
        base=base,
        controlnet=_controlnet_at(_checked(controlnet)) if controlnet else _controlnet_among(places),
        tokenizer=_tokenizer_among(places),
        vae=_vae_at(_checked(vae)) if vae else None,
    )
    if sources.vae:
        check_vae(sources.vae, read_config(sources.vae / "config.json"), read_config(sources.vae_config))
    return sources


def _checked(path: Path) -> Path:
    refuse_pickles([path])
    if not path.exists():
        raise WeightsMissing(f"there is no model at {path}", "check the path")
    if path.is_file() and path.suffix != ".safetensors":
        raise ModelInvalid(f"{path} is no model", "give a diffusers folder or a .safetensors file")
    if path.is_dir() and not any([*path.glob("config.json"), *path.glob("*/config.json")]):
        refuse_pickles(path.iterdir())
        raise ModelInvalid(
            f"{path} is no diffusers folder: there is no config.json in it",
            "give the folder that unet/ is in, or a .safetensors file itself",
        )
    return path


def _controlnet_at(path: Path) -> Path:
    """A ControlNet by its own path, or that of a whole model."""
    return path / "controlnet" if (path / "controlnet" / "config.json").is_file() else path


def _vae_at(path: Path) -> Path:
    """A VAE by its own folder, or that of a whole model."""
    if path.is_file():
        raise ModelInvalid(f"{path} is a file", "give the VAE as a diffusers folder, with its config.json")
    return path / "vae" if (path / "vae" / "config.json").is_file() else path


def _controlnet_among(places: Iterable[Path]) -> Path:
    for place in places:
        if (place / "controlnet" / "config.json").is_file():
            return place / "controlnet"
    raise WeightsMissing(
        "the model has no ControlNet for depth",
        "put lllyasviel/control_v11f1p_sd15_depth into a folder named controlnet inside the model's folder "
        "or beside the single file, or name one with --controlnet",
    )


def _tokenizer_among(places: Iterable[Path]) -> Path:
    for place in places:
        folder = place / "tokenizer"
        if (folder / "tokenizer.json").is_file() or all((folder / name).is_file() for name in VOCABULARY_FILES):
            return folder
    for package in PACKAGES_WITH_CLIP_MERGES:
        merges = _package_file(package, CLIP_MERGES_FILE)
        if merges is not None:
            return merges
    raise WeightsMissing(
        "the text encoder's vocabulary is not on this machine",
        "put the folder tokenizer/ of stable-diffusion-v1-5 inside the model's folder or beside the single file, "
        f"or run: {sys.executable} -m pip install --no-deps open_clip_torch",
    )


def _package_file(package: str, name: str) -> Path | None:
    """A file that an installed package carries, found without importing the package."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    return None
