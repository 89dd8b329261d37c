"""The models of a job on this machine, and whether they can paint what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from engine.contract.errors import PromptInvalid, WeightsMissing
from engine.contract.hashing import content_hash
from engine.contract.job import Job
from engine.denoise.prompt import unknown_words, words_of
from engine.home import overpaint_home
from models.architecture import check_size, vae_scale_factor
from models.fingerprint import fingerprint
from models.registry import resolve, resolve_vae, usual_guidance_scale
from models.sources import ModelSources, find_sources
from models.vocabulary import read_known_words
from models.weights import read_config

USUAL_NOISE = {"generative-rendering": "surface", "per-frame": "independent"}


def with_usual_settings(job: Job) -> Job:
    """The job with the settings that suit its model and method in the place of those that nobody asked for."""
    guidance_scale = job.settings.guidance_scale or usual_guidance_scale(job.model)
    noise = job.settings.noise if job.settings.noise != "auto" else USUAL_NOISE[job.method]
    return replace(job, settings=replace(job.settings, guidance_scale=guidance_scale, noise=noise))


@dataclass(frozen=True)
class JobModels:
    """Where a job's weights lie on this machine."""

    model: Path
    controlnet: Path | None
    loras: tuple[Path, ...]
    vae: Path | None = None

    @classmethod
    def of(cls, job: Job) -> JobModels:
        """Raises ModelInvalid or WeightsMissing where there are none."""
        home = overpaint_home()
        controlnet = resolve(job.controlnet, home) if job.controlnet else None
        vae = resolve_vae(job.vae, home) if job.vae else None
        return cls(resolve(job.model, home), controlnet, tuple(Path(lora.path) for lora in job.loras), vae)

    @cached_property
    def sources(self) -> ModelSources:
        return find_sources(self.model, self.controlnet, overpaint_home(), self.vae)

    def fingerprint(self) -> str:
        """Of all that loading them reads. Raises ModelInvalid or WeightsMissing for what is not whole or not there."""
        for lora in self.loras:
            if not lora.is_file():
                raise WeightsMissing(f"there is no LoRA at {lora}", "check the path")
        return content_hash(fingerprint(*self.sources.paths), [fingerprint(lora) for lora in self.loras])

    @property
    def vae_scale_factor(self) -> int:
        """How many pixels a latent stands for along one side."""
        return vae_scale_factor(read_config(self.sources.vae_config))

    def check_prompt(self, prompt: str) -> None:
        """Raises PromptInvalid where the model was trained with none of the prompt's words."""
        known = read_known_words(self.sources.tokenizer)
        unknown = unknown_words(prompt, known)
        if known is not None and len(unknown) == len(words_of(prompt)):
            raise PromptInvalid(f'the model knows no word of "{prompt}"', f"it knows: {', '.join(sorted(known))}")

    def check_size(self, width: int, height: int) -> None:
        """Raises UsageError where the model cannot paint pictures of this size."""
        check_size(width, height, self.vae_scale_factor)
