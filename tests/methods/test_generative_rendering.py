"""The method on a small network, over frames whose cells are made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch._dynamo import config as dynamo_config
from torch._dynamo.utils import counters

from engine.contract.job import SCHEDULERS, STOCHASTIC_SCHEDULERS, Settings, SurfaceSettings
from engine.denoise.denoiser import Denoiser
from engine.methods.chunk import Chunk
from engine.methods.generative_rendering import GenerativeRendering
from engine.methods.keyframes import Keyframes, KeyframeSteps
from engine.methods.per_frame import PerFrame
from engine.surface.cells import NO_CELL
from engine.surface.layer_cells import LayerCells
from models.loading import Checkpoint

SIDE, FRAMES = 64, 5
KEYFRAMES = (1, 3)
SURFACE = SurfaceSettings(keyframes=2, normalisation=0.5, x0_sync=0.5)
OFF = SurfaceSettings(keyframes=2, pre_attention=False, post_attention=0.0)
SETTINGS = Settings(num_inference_steps=4, guidance_scale=3.0, surface=SURFACE)


def layer(frame: int, side: int) -> LayerCells:
    """A surface that fills the picture but for its left edge, and moves by a pixel to the right in each frame."""
    row, column = np.mgrid[:side, :side]
    cells = np.where(column > 0, row * 1000 + column - frame + 500, NO_CELL).astype(np.int64)
    return LayerCells(cells, np.ones((side, side), np.float32), np.ones((side, side), np.float32))


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    generator = torch.Generator().manual_seed(0)
    hints = torch.rand(FRAMES, 1, SIDE, SIDE, generator=generator).expand(-1, 3, -1, -1)
    noise = torch.randn(FRAMES, 4, SIDE // 8, SIDE // 8, generator=generator)
    cells = [[layer(frame, SIDE // 8 >> level) for level in range(4)] for frame in range(FRAMES)]
    return Chunk(range(FRAMES), hints, noise, cells=cells)


def with_step_noise(chunk: Chunk, scheduler: str) -> Chunk:
    """What schedulers need that add noise at each of the four steps."""
    if scheduler not in STOCHASTIC_SCHEDULERS:
        return chunk
    generator = torch.Generator().manual_seed(1)
    return replace(chunk, step_noise=torch.randn(FRAMES, 4, 4, SIDE // 8, SIDE // 8, generator=generator))


def denoiser(checkpoint: Checkpoint, settings: Settings = SETTINGS, micro_batch: int = 1) -> Denoiser:
    return Denoiser(checkpoint, "a rusty robot in a desert", "ugly", settings, micro_batch)


def with_keyframes(chunk: Chunk, denoiser: Denoiser) -> GenerativeRendering:
    keyframes = Keyframes.of(chunk[KEYFRAMES], torch.device("cpu"))
    steps = GenerativeRendering(denoiser, seed=0).sample_keyframes(keyframes)
    return GenerativeRendering(denoiser, 0, keyframes, steps)


def sampled(checkpoint: Checkpoint, chunk: Chunk, surface: SurfaceSettings) -> Tensor:
    return with_keyframes(chunk, denoiser(checkpoint, replace(SETTINGS, surface=surface))).sample(chunk)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_with_everything_off_it_is_frame_by_frame_painting_bit_for_bit(
    checkpoint: Checkpoint, chunk: Chunk, scheduler: str
) -> None:
    chunk = with_step_noise(chunk, scheduler)
    off = denoiser(checkpoint, replace(SETTINGS, scheduler=scheduler, surface=OFF))
    assert torch.equal(with_keyframes(chunk, off).sample(chunk), PerFrame(off).sample(chunk))
    assert torch.equal(GenerativeRendering(off, seed=0).sample(chunk), PerFrame(off).sample(chunk))


@pytest.mark.parametrize(
    "part", [{"pre_attention": True}, {"post_attention": 0.7}, {"normalisation": 0.5}, {"x0_sync": 0.5}]
)
def test_each_part_alone_changes_the_frames(checkpoint: Checkpoint, chunk: Chunk, part: dict) -> None:
    plain, changed = sampled(checkpoint, chunk, OFF), sampled(checkpoint, chunk, replace(OFF, **part))
    others = [frame for frame in range(FRAMES) if frame != KEYFRAMES[0]]  # whose colours the first keyframe gives
    assert ((changed - plain)[others].abs().amax(dim=(1, 2, 3)) > 1e-3).all()


@pytest.mark.parametrize("micro_batch", [1, 2, 3])
def test_a_frame_does_not_depend_on_what_it_is_painted_with(
    checkpoint: Checkpoint, chunk: Chunk, micro_batch: int
) -> None:
    method = with_keyframes(chunk, denoiser(checkpoint, micro_batch=micro_batch))
    together = method.sample(chunk)
    reversed_order = method.sample(chunk[range(FRAMES)[::-1]])
    assert torch.equal(reversed_order.flip(0), together)
    assert torch.equal(method.sample(chunk[[2]]), together[[2]])


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_keyframe_among_the_frames_becomes_what_it_became_before(
    checkpoint: Checkpoint, chunk: Chunk, scheduler: str
) -> None:
    chunk = with_step_noise(chunk, scheduler)
    method = with_keyframes(chunk, denoiser(checkpoint, replace(SETTINGS, scheduler=scheduler)))
    assert method.keyframe_steps is not None
    of_other_numbers = replace(chunk[KEYFRAMES], frames=(91, 93))
    assert torch.equal(method.sample(of_other_numbers), method.keyframe_steps.clean)


def test_keyframes_are_not_denoised_again(checkpoint: Checkpoint, chunk: Chunk) -> None:
    method, batches = with_keyframes(chunk, denoiser(checkpoint)), []
    together = method.sample(chunk, on_micro_batch=lambda: batches.append(1))
    assert len(batches) == SETTINGS.num_inference_steps * (FRAMES - len(KEYFRAMES))
    assert method.keyframe_steps is not None and torch.equal(together[list(KEYFRAMES)], method.keyframe_steps.clean)
    assert torch.equal(method.sample(chunk[KEYFRAMES]), method.keyframe_steps.clean)


def test_keyframes_drawn_from_all_frames_are_the_keyframe_pass_itself(checkpoint: Checkpoint, chunk: Chunk) -> None:
    """With as many keyframes as frames a drawing is but another order, and a mean does not depend on it."""
    settings = replace(SETTINGS, surface=SurfaceSettings(keyframes=FRAMES, mean_weight=1.0))
    drawn = GenerativeRendering(denoiser(checkpoint, settings), seed=0).sample(chunk)
    keyframes = Keyframes.of(chunk, torch.device("cpu"))
    together = GenerativeRendering(denoiser(checkpoint, settings), seed=0).sample_keyframes(keyframes)
    torch.testing.assert_close(drawn, together.clean, rtol=0, atol=0.05)


def test_another_seed_draws_other_keyframes(checkpoint: Checkpoint, chunk: Chunk) -> None:
    first, again, other = (GenerativeRendering(denoiser(checkpoint), seed).sample(chunk) for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_frames_of_one_surface_come_closer_to_each_other(checkpoint: Checkpoint, chunk: Chunk) -> None:
    """With alpha = 1 in every layer and the same noise, what two frames show of a cell differs less."""

    def apart(surface: SurfaceSettings) -> float:
        latents = sampled(checkpoint, chunk, surface)
        return float((latents[2, ..., 3:] - latents[1, ..., 2:-1]).square().mean())

    assert apart(replace(OFF, post_attention=1.0, post_attention_fade=0.0, layers="all")) < apart(OFF)


@pytest.mark.slow
def test_compiled_networks_need_two_graphs_each_whatever_the_step_and_the_chunk(
    checkpoint: Checkpoint, chunk: Chunk
) -> None:
    """For a micro-batch and for the keyframes; the last of ten steps have an alpha of their own."""
    settings = replace(SETTINGS, num_inference_steps=10, guidance_scale=1.0)
    plain = with_keyframes(chunk, denoiser(checkpoint, settings)).sample(chunk[[0, 2, 4]])
    compiled = Denoiser(checkpoint, "a rusty robot in a desert", "ugly", settings, compile_backend="eager")
    chunk = replace(chunk, hints=compiled.embed_hints(chunk.hints))
    counters.clear()
    method = with_keyframes(chunk, compiled)
    assert counters["stats"]["unique_graphs"] == 4
    with dynamo_config.patch(error_on_recompile=True):
        frames = torch.cat([method.sample(chunk[places]) for places in ([0, 2], [4])])
    torch.testing.assert_close(frames, plain, rtol=0, atol=1e-4)


def test_stored_steps_are_read_back_and_others_are_not(tmp_path: Path) -> None:
    steps = KeyframeSteps(torch.randn(2, 3, 4, 8, 8), torch.zeros(0), torch.randn(3, 4, 8, 8))
    path = tmp_path / "keyframes.safetensors"
    assert KeyframeSteps.load(path, "a", torch.device("cpu")) is None
    steps.save(path, "a")
    read = KeyframeSteps.load(path, "a", torch.device("cpu"))
    assert read is not None and torch.equal(read.x_t, steps.x_t) and torch.equal(read.clean, steps.clean)
    assert KeyframeSteps.load(path, "b", torch.device("cpu")) is None
