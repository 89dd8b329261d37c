from __future__ import annotations

import pytest

from engine.contract import job
from engine.contract.errors import UsageError
from engine.denoise.schedulers import SCHEDULERS, make_scheduler


def test_the_names_are_those_of_the_job() -> None:
    assert tuple(SCHEDULERS) == job.SCHEDULERS


@pytest.mark.parametrize("name", SCHEDULERS)
def test_the_checkpoints_own_noise_schedule_is_kept(name: str) -> None:
    config = {"beta_start": 0.001, "beta_end": 0.02, "beta_schedule": "linear", "prediction_type": "v_prediction"}
    scheduler = make_scheduler(name, config)
    assert {key: scheduler.config[key] for key in config} == config


def test_an_unknown_scheduler_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match='no scheduler "ddpm"') as caught:
        make_scheduler("ddpm", {})
    assert caught.value.hint == f"choose one of: {', '.join(job.SCHEDULERS)}"


def test_trailing_steps_begin_where_training_ended() -> None:
    scheduler = make_scheduler("ddim-trailing", {"timestep_spacing": "leading", "steps_offset": 1})
    scheduler.set_timesteps(8)
    assert scheduler.timesteps.tolist() == [999, 874, 749, 624, 499, 374, 249, 124]
