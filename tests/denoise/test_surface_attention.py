"""Sharing between frames, against loops that follow the paper's formulas one frame and one token at a time."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from diffusers.models.attention_processor import AttnProcessor2_0
from torch import Tensor

from engine.denoise.surface_attention import (
    Extraction,
    Injection,
    KeyframeFeatures,
    Layer,
    SurfaceAttnProcessor,
    attention,
    install_surface_attention,
)
from models.loading import Checkpoint, load_checkpoint

HALVES, HEADS, TOKENS, HEAD_CHANNELS = 2, 3, 5, 4
CHANNELS = HEADS * HEAD_CHANNELS
UP, DOWN = Layer("up_blocks.1.attentions.0.transformer_blocks.0.attn1", 0), Layer("down_blocks.0.x.attn1", 0)
GENERATOR = torch.Generator().manual_seed(0)


@pytest.fixture(scope="module")
def checkpoint(tiny_checkpoint: Path) -> Checkpoint:
    return load_checkpoint(tiny_checkpoint)


def random_heads(frames: int) -> Tensor:
    return torch.randn(HALVES * frames, HEADS, TOKENS, HEAD_CHANNELS, generator=GENERATOR)


def softmax_attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """For one sample, head by head and token by token: (tokens, channels)."""
    rows = []
    for token in range(query.shape[1]):
        heads = []
        for q, k, v in zip(query[:, token], key, value, strict=True):
            weights = torch.softmax(k @ q / HEAD_CHANNELS**0.5, dim=0)
            heads.append(weights @ v)
        rows.append(torch.cat(heads))
    return torch.stack(rows)


def unify_first_rows(features: Tensor, mean_weight: float) -> Tensor:
    """A texture of two rows: the first token, and the mean of the next two."""
    return torch.stack([features[0], features[1:3].mean(0)])


def test_the_unet_computes_what_it_did_before_bit_for_bit(checkpoint: Checkpoint) -> None:
    stock, ours = copy.deepcopy(checkpoint.unet), copy.deepcopy(checkpoint.unet)
    stock.set_attn_processor(AttnProcessor2_0())
    install_surface_attention(ours)
    latents = torch.randn(2, 4, 8, 8, generator=GENERATOR)
    prompt_embeds = torch.randn(2, 7, stock.config["cross_attention_dim"], generator=GENERATOR)
    expected = stock(latents, 10, prompt_embeds).sample
    assert torch.equal(ours(latents, 10, prompt_embeds).sample, expected)
    kwargs = {"surface_attention": None}
    assert torch.equal(ours(latents, 10, prompt_embeds, cross_attention_kwargs=kwargs).sample, expected)


def test_the_sixteen_self_attention_layers_know_their_level(checkpoint: Checkpoint) -> None:
    install_surface_attention(checkpoint.unet)
    processors = checkpoint.unet.attn_processors.values()
    layers = [processor.layer for processor in processors if isinstance(processor, SurfaceAttnProcessor)]
    levels = [layer.level for layer in layers if layer is not None]
    assert len(layers) == 32 and len(levels) == 16
    assert [levels.count(level) for level in range(4)] == [5, 5, 5, 1]
    assert sum(layer is not None and layer.is_up for layer in layers) == 9


def test_extraction_is_attention_of_every_keyframe_to_the_tokens_of_all() -> None:
    frames = 3
    query, key, value = random_heads(frames), random_heads(frames), random_heads(frames)
    extraction = Extraction(HALVES, [unify_first_rows], "up", 0.5, width=TOKENS, token_stride=1)
    output = extraction.attend(UP, query, key, value)
    for sample in range(HALVES * frames):
        half = sample // frames
        of_half = range(half * frames, (half + 1) * frames)
        K_ext, V_ext = (torch.cat([each[other] for other in of_half], dim=1) for each in (key, value))
        expected = softmax_attention(query[sample], K_ext, V_ext)
        torch.testing.assert_close(output[sample], expected)
        torch.testing.assert_close(extraction.features[UP.name].K_ext[half], K_ext)
        torch.testing.assert_close(extraction.features[UP.name].V_ext[half], V_ext)
    for half in range(HALVES):
        expected = unify_first_rows(output[half * frames : (half + 1) * frames].flatten(0, 1), 0.5)
        torch.testing.assert_close(extraction.features[UP.name].T[half], expected)


def test_only_the_decoder_shares_unless_all_layers_are_to() -> None:
    heads = random_heads(2)
    up, everything = (Extraction(HALVES, [unify_first_rows], layers, 0.5, TOKENS, 1) for layers in ("up", "all"))
    assert torch.equal(up.attend(DOWN, heads, heads, heads), attention(heads, heads, heads))
    assert not torch.equal(everything.attend(DOWN, heads, heads, heads), attention(heads, heads, heads))
    assert not up.features and set(everything.features) == {DOWN.name}
    assert torch.equal(
        Injection(HALVES, up.features, [], True, 1.0).attend(DOWN, heads, heads, heads), attention(heads, heads, heads)
    )


@pytest.mark.parametrize("pre_attention", [True, False])
@pytest.mark.parametrize("alpha", [0.0, 0.7, 1.0])
def test_injection_extends_keys_and_values_and_mixes_in_what_keyframes_saw(pre_attention: bool, alpha: float) -> None:
    frames, keyframe_tokens, rows = 2, 6, 4
    query, key, value = random_heads(frames), random_heads(frames), random_heads(frames)
    shared = torch.randn(2, HALVES, HEADS, keyframe_tokens, HEAD_CHANNELS, generator=GENERATOR)
    T = torch.randn(HALVES, rows, CHANNELS, generator=GENERATOR)
    shown = torch.tensor([[0, -1, 3, 3, 1], [-1, -1, 2, 0, -1]], dtype=torch.int32)
    features = {UP.name: KeyframeFeatures(shared[0], shared[1], T)}
    output = Injection(HALVES, features, [shown], pre_attention, alpha).attend(UP, query, key, value)
    for sample in range(HALVES * frames):
        half, frame = divmod(sample, frames)
        own = key[sample], value[sample]
        extended = [torch.cat([mine, theirs[half]], dim=1) for mine, theirs in zip(own, shared, strict=True)]
        A = softmax_attention(query[sample], *(extended if pre_attention else own))
        for token, row in enumerate(shown[frame].tolist()):
            expected = A[token] if row < 0 else (1 - alpha) * A[token] + alpha * T[half, row]
            torch.testing.assert_close(output[sample, token], expected)


def test_the_halves_of_guidance_never_meet() -> None:
    heads = random_heads(2)
    changed = heads.clone()
    changed[2:] += 1
    outputs = [
        Extraction(HALVES, [unify_first_rows], "up", 0.5, width=TOKENS, token_stride=1).attend(UP, each, each, each)
        for each in (heads, changed)
    ]
    assert torch.equal(outputs[0][:2], outputs[1][:2]) and not torch.equal(outputs[0][2:], outputs[1][2:])


@pytest.mark.parametrize("level", [0, 1, 2])
def test_in_fine_layers_frames_attend_to_every_other_token_along_each_side(level: int) -> None:
    rows, width, keyframes = 4, 6, 2
    heads = torch.randn(HALVES * keyframes, HEADS, rows * width, HEAD_CHANNELS, generator=GENERATOR)
    layer = Layer(UP.name, level)
    thin, full = (Extraction(HALVES, [unify_first_rows] * 3, "up", 0.5, width << level, stride) for stride in (2, 1))
    assert torch.equal(thin.attend(layer, heads, heads, heads), full.attend(layer, heads, heads, heads))
    kept = [k * rows * width + row * width + column for k in (0, 1) for row in (0, 2) for column in (0, 2, 4)]
    everything = full.features[UP.name].K_ext
    assert torch.equal(thin.features[UP.name].K_ext, everything[:, :, kept] if level < 2 else everything)
