"""What the denoiser is shown: noisy latents with their hint and caption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from transformers import CLIPTokenizer

from models.preview.train.examples import Examples, crop, random_corners
from models.preview.train.recipe import Phase
from models.preview.world.captions import caption, plain_caption
from models.preview.world.hint import depth_hint, inverse_depth_range, random_range

TIMESTEPS = 1000
DROPPED_PROMPTS = 0.1
DROPPED_HINTS = 0.05


@dataclass(frozen=True)
class Batch:
    latents: Tensor  # (batch, 4, height, width) float32
    noise: Tensor  # of the latents' shape
    timesteps: Tensor  # (batch,)
    hint: Tensor  # (batch, height * factor, width * factor), in [0, 1]
    token_ids: Tensor  # (batch, tokens)
    conditioning_scale: Tensor  # (batch,), 0 where the ControlNet is not heard

    def split(self, count: int) -> list[Batch]:
        """The batch in `count` parts of one size, or fewer where it is too small."""
        columns = (getattr(self, field.name).chunk(count) for field in fields(self))
        return [Batch(*part) for part in zip(*columns, strict=True)]


def random_batch(examples: Examples, tokenizer: CLIPTokenizer, phase: Phase, generator: torch.Generator) -> Batch:
    """Random crops of random examples, captioned anew, some without caption or without hint."""
    count, device = phase.batch, examples.values.device
    drawn = torch.randint(len(examples), (count,), generator=generator)
    latents, inverse_depth = examples.values[drawn].float(), examples.inverse_depth[drawn].float()
    factor = inverse_depth.shape[-1] // latents.shape[-1]
    corners = random_corners(count, latents.shape[-1] - phase.crop, generator)
    depth = 1 / inverse_depth
    hint = depth_hint(depth, *random_range(depth[:, ::2, ::2], generator))  # a quarter of the pixels tells as much
    is_prompted = torch.rand(count, generator=generator) >= DROPPED_PROMPTS
    is_hinted = torch.rand(count, generator=generator) >= DROPPED_HINTS
    captions = [caption(examples.looks[place], generator) for place in drawn.tolist()]
    prompts = [text if kept else "" for text, kept in zip(captions, is_prompted, strict=True)]
    noise = torch.randn(count, latents.shape[1], phase.crop, phase.crop, generator=generator)
    return Batch(
        latents=crop(latents, corners, phase.crop),
        noise=noise.to(device),
        timesteps=spread_timesteps(count, torch.rand(1, generator=generator)).to(device),
        hint=crop(hint, [(factor * row, factor * column) for row, column in corners], factor * phase.crop),
        token_ids=tokenize(tokenizer, prompts).to(device),
        conditioning_scale=is_hinted.float().to(device),
    )


def fixed_batches(examples: Examples, tokenizer: CLIPTokenizer, size: int) -> Iterator[Batch]:
    """All examples, whole and with everything, with the same noise at every call."""
    generator, device = torch.Generator().manual_seed(0), examples.values.device
    for part in examples.parts(size):
        latents = part.values.float()
        yield Batch(
            latents=latents,
            noise=torch.randn(latents.shape, generator=generator).to(device),
            timesteps=spread_timesteps(len(part), torch.rand(1, generator=generator)).to(device),
            hint=plain_hint(part),
            token_ids=tokenize(tokenizer, [plain_caption(look) for look in part.looks]).to(device),
            conditioning_scale=torch.ones(len(part), device=device),
        )


def spread_timesteps(count: int, offset: Tensor) -> Tensor:
    """Uniform over all timesteps, but evenly spread over the batch, which makes the loss less noisy; (count,) int64."""
    return ((torch.arange(count) + offset) / count * TIMESTEPS).long()


def plain_hint(examples: Examples) -> Tensor:
    """The hints as for a clip of one frame, (examples, size, size)."""
    depth = 1 / examples.inverse_depth.float()
    return depth_hint(depth, *inverse_depth_range(depth))


def tokenize(tokenizer: CLIPTokenizer, prompts: Sequence[str]) -> Tensor:
    """(prompts, tokens) int64; of an empty prompt only the marks of start and end remain, as for guidance."""
    return tokenizer(list(prompts), padding="max_length", truncation=True, return_tensors="pt").input_ids
