from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.contract.errors import Cancelled, ModelInvalid, OutOfMemory
from engine.contract.job import Settings
from engine.denoise.denoiser import Denoiser
from engine.denoise.loop import OnStep
from engine.methods.chunk import Chunk
from engine.methods.method import paint
from engine.methods.per_frame import PerFrame
from models.loading import Checkpoint, load_checkpoint

PROMPT = "a rusty robot in a desert"
SETTINGS = Settings(num_inference_steps=4, guidance_scale=7.5)


def hints(frames: int, height: int = 64, width: int = 64) -> Tensor:
    """A ball before a black background, a little further right in each frame."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    balls = [(1 - y**2 - (x - 0.2 * frame) ** 2).clamp(0, 1) for frame in range(frames)]
    return torch.stack(balls)[:, None].expand(-1, 3, -1, -1)


def noise(frames: int, height: int = 64, width: int = 64) -> Tensor:
    return torch.randn(frames, 4, height // 8, width // 8, generator=torch.Generator().manual_seed(3))


def per_frame(checkpoint: Checkpoint, micro_batch: int = 1) -> PerFrame:
    return PerFrame(Denoiser(checkpoint, PROMPT, "", SETTINGS, micro_batch))


def pictures(method: PerFrame, hints: Tensor, latents: Tensor, on_step: OnStep | None = None) -> Tensor:
    """(frames, height, width, 3)"""
    return torch.stack(list(paint(method, Chunk(range(len(hints)), hints, latents), on_step)))


def painted(checkpoint: Checkpoint, prompt: str = PROMPT, negative: str = "", settings: Settings = SETTINGS) -> Tensor:
    return pictures(PerFrame(Denoiser(checkpoint, prompt, negative, settings)), hints(1), noise(1))


def test_frames_are_pictures_of_the_hints_size(checkpoint: Checkpoint) -> None:
    frames = pictures(per_frame(checkpoint), hints(2, 72, 40), noise(2, 72, 40))
    assert frames.shape == (2, 72, 40, 3) and frames.dtype is torch.float32
    assert frames.min() >= 0 and frames.max() <= 1 and frames.std() > 0.05


def test_the_same_input_gives_the_same_bytes(checkpoint: Checkpoint) -> None:
    assert torch.equal(painted(checkpoint), painted(checkpoint))


def test_depth_prompt_negative_prompt_and_noise_matter(checkpoint: Checkpoint) -> None:
    method, plain = per_frame(checkpoint), painted(checkpoint)
    changed = {
        "depth": pictures(method, torch.zeros_like(hints(1)), noise(1)),
        "noise": pictures(method, hints(1), -noise(1)),
        "prompt": painted(checkpoint, prompt="a blue cat in the sea"),
        "negative prompt": painted(checkpoint, negative="ugly, blurry"),
        "controlnet scale": painted(checkpoint, settings=replace(SETTINGS, controlnet_conditioning_scale=0.0)),
        "guidance scale": painted(checkpoint, settings=replace(SETTINGS, guidance_scale=3.0)),
    }
    assert {name: (frame - plain).abs().max().item() > 0.01 for name, frame in changed.items()} == dict.fromkeys(
        changed, True
    )


def test_without_guidance_the_negative_prompt_is_not_used(checkpoint: Checkpoint) -> None:
    unguided = replace(SETTINGS, guidance_scale=1.0)
    assert torch.equal(painted(checkpoint, settings=unguided), painted(checkpoint, negative="ugly", settings=unguided))


def test_a_frame_does_not_see_its_neighbours(checkpoint: Checkpoint) -> None:
    method = per_frame(checkpoint)
    together = pictures(method, hints(3), noise(3))
    for frame in range(3):
        alone = pictures(method, hints(3)[frame : frame + 1], noise(3)[frame : frame + 1])
        torch.testing.assert_close(together[frame], alone[0], rtol=0, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_paints_about_the_same_picture(tiny_checkpoint: Path, dtype: torch.dtype) -> None:
    half = painted(load_checkpoint(tiny_checkpoint, dtype=dtype))
    full = painted(load_checkpoint(tiny_checkpoint))
    assert half.dtype is torch.float32 and torch.isfinite(half).all()
    assert (half - full).abs().mean() < 0.05


def test_a_chunk_is_denoised_step_by_step_and_no_frame_depends_on_it(checkpoint: Checkpoint) -> None:
    method = per_frame(checkpoint, micro_batch=2)
    shapes, batches = [], []
    method.sample(
        Chunk(range(3), hints(3), noise(3)),
        lambda step, t, latents: shapes.append(latents.shape),
        lambda: batches.append(1),
    )
    assert shapes == [(3, 4, 8, 8)] * 4
    assert len(batches) == 2 * 4
    chunk, alone = pictures(method, hints(3), noise(3)), pictures(method, hints(3)[2:], noise(3)[2:])
    assert torch.equal(chunk[2], alone[0])


def test_pictures_that_are_not_numbers_are_refused(checkpoint: Checkpoint) -> None:
    with pytest.raises(ModelInvalid, match="not numbers in float32"):
        next(per_frame(checkpoint).denoiser.decode(noise(1) * torch.nan))


def test_every_step_is_reported(checkpoint: Checkpoint) -> None:
    seen = []
    method = per_frame(checkpoint)
    pictures(method, hints(1), noise(1), lambda step, timestep, latents: seen.append((step, timestep, latents.shape)))
    assert [step for step, _, _ in seen] == [0, 1, 2, 3]
    assert [timestep for _, timestep, _ in seen] == sorted((timestep for _, timestep, _ in seen), reverse=True)
    assert {shape for _, _, shape in seen} == {(1, 4, 8, 8)}


def test_a_step_may_cancel(checkpoint: Checkpoint) -> None:
    def cancel(step: int, timestep: int, latents: Tensor) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        pictures(per_frame(checkpoint), hints(1), noise(1), cancel)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
    ],
)
def test_running_out_of_memory_says_what_to_try(checkpoint: Checkpoint, error: Exception) -> None:
    def fail(step: int, timestep: int, latents: Tensor) -> None:
        raise error

    with pytest.raises(OutOfMemory) as caught:
        pictures(per_frame(checkpoint), hints(1), noise(1), fail)
    assert "--micro-batch" in caught.value.hint and caught.value.exit_code == 75


def test_other_runtime_errors_are_not_taken_for_it(checkpoint: Checkpoint) -> None:
    with pytest.raises(RuntimeError, match="size"):
        pictures(per_frame(checkpoint), hints(1), noise(1, 128, 128))


def test_what_a_prompt_is_too_long_by_is_told(checkpoint: Checkpoint) -> None:
    method = Denoiser(checkpoint, " ".join(["robot"] * 75 + ["rusty", "dragon"]), "", SETTINGS)
    assert method.cut_prompt == "rusty dragon" and method.cut_negative_prompt == ""
    assert Denoiser(checkpoint, " ".join(["robot"] * 75), "", SETTINGS).cut_prompt == ""


def test_a_cut_negative_prompt_is_told_only_where_it_is_used(checkpoint: Checkpoint) -> None:
    negative = " ".join(["robot"] * 75 + ["cat"])
    assert Denoiser(checkpoint, PROMPT, negative, SETTINGS).cut_negative_prompt == "cat"
    unguided = replace(SETTINGS, guidance_scale=1.0)
    assert Denoiser(checkpoint, PROMPT, negative, unguided).cut_negative_prompt == ""
