"""The hint's torch twins against what the engine makes of a captured clip."""

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.surface import depth_hint as engine
from engine.surface.passes import FramePasses
from models.preview.world.hint import depth_hint, inverse_depth_range, random_range


@pytest.fixture
def depth() -> Tensor:
    planes = 1 + 9 * torch.rand(4, 16, 16, generator=torch.Generator().manual_seed(0))
    planes[:, :5] = torch.inf
    planes[3, 5:] = 2.5
    return planes


def captured(plane: Tensor) -> FramePasses:
    depth = plane.numpy()
    ids = np.isfinite(depth).astype(np.int32)
    return FramePasses(depth, np.zeros((*depth.shape, 2), np.float32), ids, np.zeros((*depth.shape, 3), np.float32))


def test_the_range_is_the_engines(depth: Tensor) -> None:
    far, near = inverse_depth_range(depth)
    expected = [engine.inverse_depth_range([captured(plane)]) for plane in depth]
    np.testing.assert_allclose(torch.stack((far, near), 1), expected, rtol=1e-5)


def test_the_hint_is_the_engines(depth: Tensor) -> None:
    far, near = inverse_depth_range(depth)
    hints = depth_hint(depth, far, near)
    for plane, hint, low, high in zip(depth, hints, far, near, strict=True):
        np.testing.assert_allclose(hint, engine.depth_hint(captured(plane), float(low), float(high)), atol=1e-6)


def test_a_clips_range_holds_the_pictures_own_and_is_sometimes_equal(depth: Tensor) -> None:
    many = depth[:1].expand(200, -1, -1)
    far, near = inverse_depth_range(many)
    wide_far, wide_near = random_range(many, torch.Generator().manual_seed(1))
    assert (wide_far <= far).all()
    assert (wide_near >= near).all()
    assert 0.2 < (wide_near == near).float().mean() < 0.6
