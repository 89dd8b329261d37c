"""What to train, on how much, for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Phase:
    """A part of a training, with crops of one size: small ones first, for many cheap steps."""

    until: float  # share of the training's time
    crop: int  # side of the square crop: pixels for the VAE, latents for the denoiser
    batch: int


@dataclass(frozen=True)
class CorpusRecipe:
    """How many pictures, and who renders them."""

    pictures: int
    held_out: int
    per_look: int  # pictures that share one look: a GPU renders them together
    per_shard: int
    workers: int  # processes that render shards to the disk; 0: the training's own device renders, into its memory
    renewed_per_step: int = 0  # pictures replaced by fresh ones at every step: an endless corpus


@dataclass(frozen=True)
class VaeRecipe:
    widths: tuple[int, ...]
    norm_num_groups: int  # of the last width, groups of at least ten channels: see pca.py
    minutes: float
    learning_rate: float
    phases: tuple[Phase, ...]
    decoder_minutes: float
    """For the decoder alone, once the denoiser is trained."""

    @property
    def factor(self) -> int:
        """Pixels per latent, along one side."""
        return 2 ** (len(self.widths) - 1)


@dataclass(frozen=True)
class DenoiserRecipe:
    widths: tuple[int, ...]
    heads: tuple[int, ...]  # attention heads at each width
    norm_num_groups: int
    hint_widths: tuple[int, ...]  # of the ControlNet's embedding, one more than the halvings from pixels to latents
    cross_attention_dim: int
    text_layers: int
    minutes: float
    learning_rate: float
    ema_decay: float
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class Recipe:
    size: int  # of the pictures, in pixels
    corpus: CorpusRecipe
    vae: VaeRecipe
    denoiser: DenoiserRecipe
    seed: int = 0
    threads: int = 1
    """Each computes a part of a batch by itself: on a CPU much faster than one batch shared by as many."""

    @property
    def latent_size(self) -> int:
        return self.size // self.vae.factor


# Two cores, nearly three hours. Self-attention at 32x32 takes half of a step there: hence 16x16 crops first.
CPU = Recipe(
    size=128,
    corpus=CorpusRecipe(pictures=14_336, held_out=512, per_look=1, per_shard=256, workers=2),
    vae=VaeRecipe(
        widths=(16, 32, 64),
        norm_num_groups=4,
        minutes=7,
        learning_rate=2e-3,
        phases=(Phase(until=0.5, crop=32, batch=16), Phase(until=0.8, crop=48, batch=16), Phase(1, crop=128, batch=4)),
        decoder_minutes=5,
    ),
    denoiser=DenoiserRecipe(
        widths=(32, 64, 128, 128),
        heads=(1, 1, 2, 2),
        norm_num_groups=8,
        hint_widths=(8, 16, 32),
        cross_attention_dim=96,
        text_layers=2,
        minutes=132,
        learning_rate=1e-3,
        ema_decay=0.998,  # some 500 steps: a small part of the run
        phases=(Phase(until=0.55, crop=16, batch=32), Phase(1, crop=32, batch=16)),
    ),
    threads=2,
)

# A large GPU, half an hour.
GPU = Recipe(
    size=256,
    corpus=CorpusRecipe(pictures=16_384, held_out=512, per_look=16, per_shard=256, workers=0, renewed_per_step=32),
    vae=VaeRecipe(
        widths=(32, 64, 128, 128),
        norm_num_groups=8,
        minutes=5,
        learning_rate=1.5e-3,
        phases=(Phase(until=0.7, crop=64, batch=128), Phase(1, crop=256, batch=16)),
        decoder_minutes=2,
    ),
    denoiser=DenoiserRecipe(
        widths=(48, 96, 144, 192),
        heads=(1, 2, 3, 4),
        norm_num_groups=12,
        hint_widths=(16, 32, 48, 64),
        cross_attention_dim=96,
        text_layers=2,
        minutes=20,
        learning_rate=8e-4,
        ema_decay=0.9995,
        phases=(Phase(until=1, crop=32, batch=256),),
    ),
)

# Seconds, for the tests: it learns nothing worth looking at.
TINY = Recipe(
    size=64,
    corpus=CorpusRecipe(pictures=8, held_out=4, per_look=2, per_shard=4, workers=1),
    vae=VaeRecipe(
        widths=(12, 16, 16),
        norm_num_groups=1,
        minutes=0.05,
        learning_rate=1e-3,
        phases=(Phase(until=0.5, crop=16, batch=2), Phase(1, crop=64, batch=2)),
        decoder_minutes=0.02,
    ),
    denoiser=DenoiserRecipe(
        widths=(8, 8, 8, 8),
        heads=(1, 1, 1, 1),
        norm_num_groups=4,
        hint_widths=(4, 4, 4),
        cross_attention_dim=16,
        text_layers=1,
        minutes=0.05,
        learning_rate=1e-3,
        ema_decay=0.9,
        phases=(Phase(until=0.5, crop=8, batch=2), Phase(1, crop=16, batch=2)),
    ),
    threads=2,
)

RECIPES: Mapping[str, Recipe] = MappingProxyType({"cpu": CPU, "gpu": GPU, "tiny": TINY})
