from __future__ import annotations

import pytest
import torch

from engine.contract.job import SCHEDULERS
from engine.denoise.predicted_x0 import PredictedX0
from engine.denoise.schedulers import make_scheduler

BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
ZERO_TERMINAL_SNR = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
X_0, EPS = torch.randn(2, 3, 4, 6, 6, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize("config", [BETAS, BETAS | ZERO_TERMINAL_SNR], ids=["epsilon", "v"])
def test_the_true_prediction_gives_the_picture_at_every_step_of_every_scheduler(name: str, config: dict) -> None:
    scheduler = make_scheduler(name, config)
    scheduler.set_timesteps(7)
    x_0 = PredictedX0.of(scheduler)
    for step, timestep in enumerate(scheduler.timesteps):
        sigma = float(scheduler.sigmas[step]) if name == "euler" else float(x_0.sigmas[int(timestep)])
        signal = 1 / (1 + sigma**2) ** 0.5
        x_t = signal * X_0 + (1 - signal**2) ** 0.5 * EPS
        noise = (1 - signal**2) ** 0.5
        true = EPS if config is BETAS else signal * EPS - noise * X_0
        torch.testing.assert_close(x_0.decode(true, x_t, timestep), X_0, rtol=0, atol=5e-3)


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction", "sample"])
@pytest.mark.parametrize("timestep", [1.0, 480.3, 950.0])
def test_there_and_back_is_the_same_prediction(prediction_type: str, timestep: float) -> None:
    scheduler = make_scheduler("ddim", BETAS | {"prediction_type": prediction_type})
    x_0, at = PredictedX0.of(scheduler), torch.tensor(timestep)
    back = x_0.encode(x_0.decode(EPS, X_0, at), X_0, at)
    torch.testing.assert_close(back, EPS, rtol=0, atol=1e-4)
