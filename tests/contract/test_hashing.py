from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.contract.frames import Clip
from engine.contract.hashing import content_hash
from engine.contract.job import Job, Lora, Settings, frame_hash
from engine.contract.plan import Plan
from engine.contract.shot import CaptureSettings

JOB = Job(prompt="a fish", shot="shot", clip=Clip(1, 24), model="sd15", loras=(Lora("x", 0.5),))
PLAN = Plan("basis", (1, 24), 0.1, 1.0, (), chunk=32, micro_batch=4, threads=2, dtype="float32")
CAPTURE = CaptureSettings(512, 512)


def job_hash(job: Job = JOB, plan: Plan = PLAN, capture: CaptureSettings = CAPTURE, weights: str = "weights") -> str:
    return job.hash(plan, capture, weights)


@pytest.mark.parametrize(
    "other",
    [
        {"job": replace(JOB, prompt="a dog")},
        {"job": replace(JOB, seed=1)},
        {"job": replace(JOB, clip=Clip(1, 25))},
        {"job": replace(JOB, loras=(Lora("x", 0.6),))},
        {"job": replace(JOB, settings=Settings(num_inference_steps=21))},
        {"plan": replace(PLAN, inverse_depth_near=2.0)},
        {"plan": replace(PLAN, micro_batch=2)},
        {"plan": replace(PLAN, compile=True)},
        {"capture": CaptureSettings(512, 512, pass_scale=3)},
        {"weights": "others"},
    ],
)
def test_what_changes_the_picture_changes_the_hash(other: dict[str, Any]) -> None:
    assert job_hash(**other) != job_hash()


@pytest.mark.parametrize(
    "other",
    [
        {"job": replace(JOB, shot="elsewhere")},
        {"job": replace(JOB, model="/models/sd15", vae="/models/taesd")},
        {"job": replace(JOB, loras=(Lora("/loras/x", 0.5),))},
        {"plan": replace(PLAN, chunk=8)},
    ],
)
def test_places_and_chunks_do_not_change_the_hash(other: dict[str, Any]) -> None:
    assert job_hash(**other) == job_hash()


def test_a_frame_is_made_of_the_job_and_of_its_own_passes() -> None:
    assert len({frame_hash("a", "1"), frame_hash("a", "2"), frame_hash("b", "1")}) == 3


def test_arrays_of_the_same_bytes_but_another_shape_or_type_differ() -> None:
    zeros = np.zeros(4, np.float32)
    assert len({content_hash(zeros), content_hash(zeros.reshape(2, 2)), content_hash(zeros.view(np.int32))}) == 3
