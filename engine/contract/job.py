"""A job: everything the look of a painted clip depends on, but for the shot's own content and the plan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath

from .errors import UsageError
from .files import write_json
from .frames import Clip
from .hashing import ALGORITHM_VERSION, content_hash
from .plan import Plan
from .shot import CaptureSettings

METHODS = ("generative-rendering", "per-frame")
SCHEDULERS = ("ddim", "dpm++2m", "unipc", "euler", "ddim-trailing", "lcm", "tcd", "dpm++2m-sde")
STOCHASTIC_SCHEDULERS = ("lcm", "tcd", "dpm++2m-sde")
"""Those that add noise at every step."""
MOST_STEPS = {"lcm": 50, "tcd": 50}
"""Of schedulers for distilled models: they take a few of the steps that those were taught."""
NOISES = ("auto", "independent", "surface")
KEYFRAME_CHOICES = ("coverage", "spread", "redraw")
LAYERS = ("up", "all")
FORMATS: Mapping[str, str] = {"png": ".png", "png16": ".png", "exr": ".exr", "jpeg": ".jpg"}
DTYPES = ("auto", "float32", "float16", "bfloat16")

JOB_FILE = "job.json"


@dataclass(frozen=True)
class Lora:
    """Low-rank weights on top of the model, with their strength."""

    path: str
    scale: float = 1.0

    def __str__(self) -> str:
        return f"{self.path}:{self.scale}"

    @classmethod
    def parse(cls, text: str) -> Lora:
        """`PATH` or `PATH:0.8`. Raises UsageError. A Windows drive's colon is not a scale's."""
        path, colon, scale = text.rpartition(":")
        if not colon or len(path) < 2 or "/" in scale or "\\" in scale:
            return cls(text)
        try:
            return cls(path, float(scale))
        except ValueError as error:
            raise UsageError(
                f"the LoRA scale {scale!r} in {text!r} is not a number", "write PATH or PATH:0.8"
            ) from error


_SHARES = (
    "post_attention",
    "post_attention_fade",
    "until",
    "mean_weight",
    "normalisation",
    "x0_sync",
    "projection",
    "own_light",
)
"""The surface settings from 0 to 1."""


@dataclass(frozen=True)
class SurfaceSettings:
    """How surfaces hold their look (Generative Rendering, arXiv 2312.01409). Every part can be switched off alone."""

    keyframes: int = 3
    """How many frames the others share features with."""
    keyframe_choice: str = "coverage"
    """Those that see most of the surfaces, those spread evenly in time, or others at every step, as in the paper."""
    pre_attention: bool = True
    """Whether frames attend to the keyframes, too."""
    post_attention: float = 0.7
    """alpha: how much of a layer's output comes from the keyframes, where they see the same surface."""
    post_attention_fade: float = 0.5
    """How much of alpha is gone at the last step."""
    until: float = 1.0
    """The share of the steps, from the first on, in which anything is shared."""
    layers: str = "up"
    """The self-attention layers that share: those of the decoder, or all."""
    token_stride: int = 2
    """In the two finest levels frames attend to every n-th token of the keyframes along each side."""
    mean_weight: float = 0.5
    """How much of the keyframes' texture is the mean over all that see a place, and how much the first's."""
    cell_size: float = 1.0
    """Of the texture's cells, in pixels of a layer."""
    normalisation: float = 0.0
    """How strongly the surfaces' colours are held to those of the keyframes, in the first half of the steps."""
    x0_sync: float = 0.0
    """How much of the predicted picture comes from the keyframes', in the first half of the steps."""
    projection: float = 1.0
    """How much of the finished picture comes from the keyframes', where they see the same point of a surface."""
    own_light: float = 0.5
    """How much of the light and shade on projected surfaces is the frame's own."""

    def __post_init__(self) -> None:
        if self.keyframes < 1:
            raise UsageError(f"--keyframes must be 1 or more, got {self.keyframes}", "3 is a good number")
        if self.token_stride < 1:
            raise UsageError(f"--token-stride must be 1 or more, got {self.token_stride}", "2 is a good number")
        if not 0 < self.cell_size < math.inf:
            raise UsageError(f"--cell-size must be a number above 0, got {self.cell_size}", "1 is a good number")
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                option = name.replace("_", "-")
                raise UsageError(f"--{option} must lie between 0 and 1, got {getattr(self, name)}", "see --help")


@dataclass(frozen=True)
class Settings:
    """How to paint. The names are diffusers' own."""

    num_inference_steps: int = 20
    guidance_scale: float = 0
    """0 stands for what suits the model, which takes its place before the job is written; 1 is no guidance."""
    controlnet_conditioning_scale: float = 1.0
    scheduler: str = "dpm++2m"
    noise: str = "auto"
    """What a frame's latents start from: noise of its own, or noise that moves with the surfaces it shows. "auto"
    stands for what suits the method, which takes its place before the job is written."""
    noise_share: float = 0.05
    """How much of the variance of surface noise is the frame's own, from 0 to 1."""
    format: str = "png"
    alpha: bool = False
    """Cut the background out by object id."""
    surface: SurfaceSettings = SurfaceSettings()
    """Of the method generative-rendering."""

    def __post_init__(self) -> None:
        if self.num_inference_steps < 1:
            raise UsageError(f"--steps must be 1 or more, got {self.num_inference_steps}", "20 is a good number")
        if self.num_inference_steps > MOST_STEPS.get(self.scheduler, self.num_inference_steps):
            raise UsageError(
                f"--scheduler {self.scheduler} takes at most {MOST_STEPS[self.scheduler]} steps, "
                f"got {self.num_inference_steps}",
                "4 to 8 are good numbers, with a LoRA that was made for it",
            )
        if not (0 <= self.guidance_scale < math.inf and 0 <= self.controlnet_conditioning_scale < math.inf):
            raise UsageError(
                f"--guidance-scale and --controlnet-scale must not be negative or inf, got {self.guidance_scale} and "
                f"{self.controlnet_conditioning_scale}",
                "7.5 and 1.0 are good numbers",
            )
        if not 0 <= self.noise_share <= 1:
            raise UsageError(f"--noise-share must lie between 0 and 1, got {self.noise_share}", "0.05 is a good number")
        if self.alpha and self.format == "jpeg":
            raise UsageError("jpeg has no alpha channel", "choose --format png, png16 or exr, or leave out --alpha")


@dataclass(frozen=True)
class Job:
    """What to paint. Written to job.json before the first frame, and never changed while its frames count."""

    prompt: str
    shot: str
    """The shot folder, relative to the job's folder where it lies inside it."""
    clip: Clip
    negative_prompt: str = ""
    method: str = METHODS[0]
    seed: int = 0
    model: str = "preview"
    """A name of the registry, a folder in diffusers layout, or a .safetensors file."""
    controlnet: str = ""
    """The same for the depth ControlNet, where the model does not bring its own."""
    vae: str = ""
    """A name of the registry, or a folder in diffusers layout, of a VAE to decode with in the place of the model's."""
    loras: tuple[Lora, ...] = ()
    settings: Settings = Settings()

    def __post_init__(self) -> None:
        if not self.prompt.strip():
            raise UsageError("there is no prompt", 'say what to paint: --prompt "a rusty robot in a desert"')
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"--seed must lie between 0 and {2**63 - 1}, got {self.seed}", "choose another seed")

    @property
    def redraws_keyframes(self) -> bool:
        """Whether every frame depends on all others that are painted with it."""
        return self.method == "generative-rendering" and self.settings.surface.keyframe_choice == "redraw"

    def hash(self, plan: Plan, capture: CaptureSettings, weights: str, shared: Sequence[str] = ()) -> str:
        """What every frame of the job shares: settings, weights, plan, algorithm, and the content of the frames that
        all others depend on; no frames, paths or host."""
        look = asdict(replace(self, shot="", model="", controlnet="", vae="", loras=()))
        scales = [lora.scale for lora in self.loras]
        return content_hash(ALGORITHM_VERSION, look, scales, weights, plan.look, asdict(capture), list(shared))


def frame_hash(job_hash: str, content: str) -> str:
    """What a frame was made of: the job, and the content of its own passes."""
    return content_hash(job_hash, content)


def relative_shot(shot: Path, job_folder: Path) -> str:
    """How job.json names the shot: inside the job's folder relatively, so that a moved folder stays valid."""
    shot, job_folder = shot.resolve(), job_folder.resolve()
    return str(PurePosixPath(shot.relative_to(job_folder))) if shot.is_relative_to(job_folder) else str(shot)


def write_job(folder: Path, job: Job) -> None:
    write_json(folder / JOB_FILE, asdict(job))
