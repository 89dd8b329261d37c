from __future__ import annotations

import pytest
import torch
from transformers import CLIPTokenizer

from models.loading import Checkpoint
from models.preview.train.batches import fixed_batches, plain_hint, random_batch, spread_timesteps, tokenize
from models.preview.train.examples import Examples
from models.preview.train.recipe import Phase

FACTOR = 4


@pytest.fixture
def tokenizer(checkpoint: Checkpoint) -> CLIPTokenizer:
    return checkpoint.tokenizer


@pytest.fixture
def latents(pictures: Examples) -> Examples:
    """Latents that are the inverse depth itself, made smaller: so that they tell where they were cut out."""
    small = pictures.inverse_depth[:, None, ::FACTOR, ::FACTOR].expand(-1, 4, -1, -1)
    return Examples(small, pictures.inverse_depth, pictures.looks)


def test_latents_and_hint_are_cut_out_of_the_same_place(latents: Examples, tokenizer: CLIPTokenizer) -> None:
    batch = random_batch(latents, tokenizer, Phase(until=1, crop=8, batch=16), torch.Generator().manual_seed(0))
    assert batch.hint.shape == (16, 8 * FACTOR, 8 * FACTOR)
    for inverse_depth, hint in zip(batch.latents[:, 0], batch.hint[:, ::FACTOR, ::FACTOR], strict=True):
        nearest_first = inverse_depth.flatten().argsort()
        assert (hint.flatten()[nearest_first].diff() >= 0).all()  # the hint rises with the inverse depth


def test_the_same_generator_draws_the_same_batch(latents: Examples, tokenizer: CLIPTokenizer) -> None:
    phase = Phase(until=1, crop=8, batch=4)
    first, second = (random_batch(latents, tokenizer, phase, torch.Generator().manual_seed(3)) for _ in range(2))
    for name, tensor in vars(first).items():
        assert torch.equal(tensor, vars(second)[name]), name


def test_some_samples_lack_their_prompt_and_some_their_hint(latents: Examples, tokenizer: CLIPTokenizer) -> None:
    batch = random_batch(latents, tokenizer, Phase(until=1, crop=4, batch=400), torch.Generator().manual_seed(0))
    is_empty = (batch.token_ids == tokenize(tokenizer, [""])).all(dim=1)
    assert 0.05 < is_empty.float().mean() < 0.15
    assert 0.02 < (batch.conditioning_scale == 0).float().mean() < 0.09


def test_an_empty_prompt_is_start_and_end_and_padding(tokenizer: CLIPTokenizer) -> None:
    end = tokenizer.eos_token_id
    assert tokenize(tokenizer, [""]).tolist() == [[tokenizer.bos_token_id] + [end] * (tokenizer.model_max_length - 1)]


def test_timesteps_are_spread_evenly_from_the_first_to_the_last() -> None:
    assert spread_timesteps(4, torch.tensor([0.0])).tolist() == [0, 250, 500, 750]
    assert spread_timesteps(4, torch.tensor([0.999])).tolist() == [249, 499, 749, 999]


def test_a_review_sees_the_same_every_time(latents: Examples, tokenizer: CLIPTokenizer) -> None:
    first, second = (list(fixed_batches(latents, tokenizer, 3)) for _ in range(2))
    assert [len(batch.latents) for batch in first] == [3, 1]
    for one, other in zip(first, second, strict=True):
        assert torch.equal(one.noise, other.noise)
        assert torch.equal(one.timesteps, other.timesteps)


def test_the_sky_is_black_in_the_hint(pictures: Examples) -> None:
    hint = plain_hint(pictures)
    assert (hint[pictures.inverse_depth == 0] == 0).all()
    assert hint.amax() == 1
