from __future__ import annotations

import pytest
import torch
from diffusers import LCMScheduler, SchedulerMixin, TCDScheduler
from torch import Tensor

from engine.contract.job import SCHEDULERS, STOCHASTIC_SCHEDULERS
from engine.denoise.loop import denoise
from engine.denoise.schedulers import make_scheduler

STABLE_DIFFUSION = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "steps_offset": 1,
    "clip_sample": False,
    "set_alpha_to_one": False,
}


ZERO_TERMINAL_SNR = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}


def step_noise_for(name: str, latents: Tensor, steps: int = 20) -> Tensor | None:
    if name not in STOCHASTIC_SCHEDULERS:
        return None
    return torch.randn(len(latents), steps, *latents.shape[1:], generator=torch.Generator().manual_seed(1))


def scheduler_for(name: str, steps: int):
    scheduler = make_scheduler(name, STABLE_DIFFUSION)
    scheduler.set_timesteps(steps)
    return scheduler


def knows_the_picture(x_0: Tensor, alphas_cumprod: Tensor):
    """The exact noise in x_t = √ᾱ x_0 + √(1 - ᾱ) ε, for a world in which x_0 is the only picture."""

    def predict_noise(step: int, x_t: Tensor, timestep: Tensor) -> Tensor:
        alpha = alphas_cumprod[timestep.long()]
        return (x_t - alpha.sqrt() * x_0) / (1 - alpha).sqrt()

    return predict_noise


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_predictor_that_knows_the_picture_leads_to_it(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    x_0, noise = torch.randn(2, 1, 4, 8, 8, generator=generator)
    scheduler = scheduler_for(name, steps=20)
    predict_noise = knows_the_picture(x_0, scheduler.alphas_cumprod)
    start, step_noise = noise * scheduler.init_noise_sigma, step_noise_for(name, noise)
    latents = denoise(predict_noise, start, scheduler, step_noise=step_noise)
    # What is left is the noise of the schedule's first training step, √(1 - ᾱ_0) = 0.03.
    assert (latents - x_0).abs().max() < 0.15
    assert (latents - x_0).std() < 0.04


@pytest.mark.parametrize("name", SCHEDULERS)
def test_pure_noise_at_the_first_step_leads_to_the_picture_too(name: str) -> None:
    x_0, noise = torch.randn(2, 1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    scheduler = make_scheduler(name, STABLE_DIFFUSION | ZERO_TERMINAL_SNR)
    scheduler.set_timesteps(20)
    predict_noise = knows_the_picture(x_0, scheduler.alphas_cumprod)

    def predict_velocity(step: int, x_t: Tensor, timestep: Tensor) -> Tensor:
        alpha = scheduler.alphas_cumprod[timestep.long()]
        return alpha.sqrt() * predict_noise(step, x_t, timestep) - (1 - alpha).sqrt() * x_0

    start, step_noise = noise * scheduler.init_noise_sigma, step_noise_for(name, noise)
    latents = denoise(predict_velocity, start, scheduler, step_noise=step_noise)
    assert (latents - x_0).abs().max() < 0.15


@pytest.mark.parametrize("name", SCHEDULERS)
def test_the_network_sees_noise_of_unit_variance_whatever_the_scheduler(name: str) -> None:
    seen: list[Tensor] = []
    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    scheduler = scheduler_for(name, steps=5)

    def predict_noise(step: int, x_t: Tensor, timestep: Tensor) -> Tensor:
        seen.append(x_t)
        return torch.zeros_like(x_t)

    start, step_noise = noise * scheduler.init_noise_sigma, step_noise_for(name, noise, 5)
    denoise(predict_noise, start, scheduler, step_noise=step_noise)
    torch.testing.assert_close(seen[0], noise, rtol=0, atol=0.01)


def test_the_hook_sees_every_step_and_its_result() -> None:
    seen: list[tuple[int, int, Tensor]] = []
    scheduler = scheduler_for("ddim", steps=3)
    latents = denoise(
        lambda step, x_t, timestep: torch.zeros_like(x_t),
        torch.ones(1, 4, 2, 2),
        scheduler,
        on_step=lambda step, timestep, latents: seen.append((step, timestep, latents)),
    )
    assert [(step, timestep) for step, timestep, _ in seen] == list(enumerate(scheduler.timesteps.tolist()))
    assert seen[-1][2] is latents


def test_what_the_hook_raises_ends_the_loop() -> None:
    calls: list[int] = []

    def predict_noise(step: int, x_t: Tensor, timestep: Tensor) -> Tensor:
        calls.append(int(timestep))
        return x_t

    def stop(step: int, timestep: int, latents: Tensor) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        denoise(predict_noise, torch.ones(1, 4, 2, 2), scheduler_for("ddim", steps=5), stop)
    assert len(calls) == 1


def test_the_latents_that_come_in_are_not_changed() -> None:
    noise = torch.ones(1, 4, 2, 2)
    denoise(lambda step, x_t, timestep: x_t, noise, scheduler_for("euler", steps=3))
    assert torch.equal(noise, torch.ones(1, 4, 2, 2))


@pytest.mark.parametrize("name", STOCHASTIC_SCHEDULERS)
def test_added_noise_is_the_given_one_and_nothing_else_is_left_to_chance(name: str) -> None:
    noise = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    added = step_noise_for(name, noise, 4)

    def sample(step_noise: Tensor) -> Tensor:
        return denoise(lambda step, x_t, timestep: 0.5 * x_t, noise, scheduler_for(name, 4), step_noise=step_noise)

    assert torch.equal(sample(added), sample(added))
    assert not torch.equal(sample(added), sample(-added))
    alone = denoise(lambda step, x_t, timestep: 0.5 * x_t, noise[1:], scheduler_for(name, 4), step_noise=added[1:])
    torch.testing.assert_close(alone, sample(added)[1:])


@pytest.mark.parametrize(("name", "theirs"), [("lcm", LCMScheduler), ("tcd", TCDScheduler)])
@pytest.mark.parametrize("steps", [1, 4, 7])
def test_consistency_sampling_equals_that_of_diffusers_but_for_where_its_noise_comes_from(
    name: str, theirs: type[SchedulerMixin], steps: int
) -> None:
    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    stock = theirs.from_config(dict(STABLE_DIFFUSION))
    stock.set_timesteps(steps)
    latents, generator = noise, torch.Generator().manual_seed(5)
    for timestep in stock.timesteps:
        latents = stock.step(0.5 * latents, timestep, latents, generator=generator).prev_sample
    generator = torch.Generator().manual_seed(5)
    drawn = torch.stack([torch.randn(noise.shape, generator=generator) for _ in range(steps)], dim=1)
    ours = denoise(lambda step, x_t, timestep: 0.5 * x_t, noise, scheduler_for(name, steps), step_noise=drawn)
    torch.testing.assert_close(ours, latents, rtol=0, atol=1e-6)
