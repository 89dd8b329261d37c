from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from models.preview.train.gradients import ThreadedGradients


def make_network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.SiLU(), nn.Conv2d(8, 4, 3)).to(memory_format=torch.channels_last)


def test_parts_on_threads_of_their_own_give_the_gradient_of_the_whole() -> None:
    network, pictures = make_network(), torch.randn(6, 3, 9, 9)
    twin = copy.deepcopy(network)
    whole = twin(pictures).square().mean()
    whole.backward()

    def loss_of(part: Tensor) -> Tensor:
        return network(part).square().mean()

    parameters = list(network.parameters())
    loss = ThreadedGradients(3).set(parameters, loss_of, pictures.chunk(3))
    assert abs(loss - whole.item()) < 1e-6
    for parameter, expected in zip(parameters, twin.parameters(), strict=True):
        torch.testing.assert_close(parameter.grad, expected.grad)
        assert parameter.grad is not None
        assert parameter.grad.stride() == parameter.stride(), "a fused optimizer reads memory in its own order"


def test_parameters_that_do_not_matter_get_no_gradient() -> None:
    used, unused = (nn.Parameter(torch.ones(2)) for _ in range(2))
    ThreadedGradients(2).set([used, unused], lambda part: (used * part).sum(), [torch.ones(2), torch.zeros(2)])
    assert torch.equal(used.grad, torch.full((2,), 0.5)) and unused.grad is None
