"""Starts a VAE's encoder as an exact linear PCA of pixel blocks, so that its latents mean something from step 0.

A downsampler's stride-2 convolution can move 2x2 pixels into channels; all but the last do only that, the last applies
the whitened components. What remains between it and the latents, a GroupNorm and a SiLU, is made linear: the values go
in with both signs and come out as `silu(u) - silu(-u) = u`, and two large constants in their group keep its standard
deviation, which divides them, nearly the same in every picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from diffusers import AutoencoderKL
from diffusers.models.resnet import ResnetBlock2D
from torch import Tensor, nn
from torch.nn import functional

CONSTANT = 8.0
LOG_VARIANCE = -8.0
SAMPLED_BLOCKS = 1 << 18


@dataclass(frozen=True)
class Components:
    """The first principal components of blocks of pixels, scaled to unit variance."""

    weights: Tensor  # (components, 3 * factor * factor)
    mean: Tensor  # (3 * factor * factor,)


class Convolution(Protocol):
    """A convolution with a bias."""

    weight: Tensor  # (out, in, height, width)
    bias: Tensor  # (out,)


def pixel_blocks(pictures: Tensor, factor: int) -> Tensor:
    """Pictures (batch, 3, height, width) as (batch, 3 * factor * factor, height / factor, width / factor).

    The channels come in the order in which halvings one after the other leave them; `factor` is a power of 2.
    """
    for _ in range(factor.bit_length() - 1):
        pictures = functional.pixel_unshuffle(pictures, 2)
    return pictures


def principal_components(pictures: Tensor, factor: int, components: int = 4) -> Components:
    """PCA of the blocks of `pictures`, (batch, 3, height, width) in [-1, 1]."""
    blocks = pixel_blocks(pictures, factor).movedim(1, -1).flatten(0, -2)
    blocks = blocks[:: 1 + len(blocks) // SAMPLED_BLOCKS].double()
    variances, directions = torch.linalg.eigh(torch.cov(blocks.T))  # ascending
    weights = directions[:, -components:].flip(1).T / variances[-components:].flip(0).sqrt()[:, None]
    return Components(weights.float(), blocks.mean(0).float())


@torch.no_grad()
def initialise_encoder(vae: AutoencoderKL, pictures: Tensor) -> None:
    """Sets the encoder's weights so that the latents' means are the PCA of `pictures`; spare channels stay random."""
    encoder, channels = vae.encoder, 3
    _copy_channels(encoder.conv_in, channels)
    for resnet in (module for name, module in encoder.named_modules() if name.rpartition(".")[0].endswith("resnets")):
        _zero(resnet.conv2)
    for block in encoder.down_blocks[:-2]:
        _copy_shortcut(block.resnets[0], channels)
        _blocks_to_channels(block.downsamplers[0].conv, channels)
        channels *= 4
    last, end = encoder.down_blocks[-2:]
    group = encoder.conv_norm_out.num_channels // encoder.conv_norm_out.num_groups
    components = principal_components(pictures, 2 ** (len(encoder.down_blocks) - 1), vae.config.latent_channels)
    _copy_shortcut(last.resnets[0], channels)
    _project(last.downsamplers[0].conv, components, group)
    _copy_shortcut(end.resnets[0], group)
    _read_latents(encoder.conv_out, group)
    _zero(vae.quant_conv)
    vae.quant_conv.weight[:, :, 0, 0] = torch.eye(len(vae.quant_conv.weight))


def _zero(layer: Convolution) -> None:
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)


def _copy_channels(convolution: Convolution, channels: int) -> None:
    """The first output channels repeat the first input channels."""
    centre = convolution.weight.shape[-1] // 2
    convolution.weight[:channels] = 0
    convolution.bias[:channels] = 0
    for channel in range(channels):
        convolution.weight[channel, channel, centre, centre] = 1


def _copy_shortcut(resnet: ResnetBlock2D, channels: int) -> None:
    if resnet.conv_shortcut is not None:  # without one the resnet already repeats its input
        _copy_channels(resnet.conv_shortcut, channels)


def _blocks_to_channels(convolution: Convolution, channels: int) -> None:
    """2x2 pixels of one channel become four channels, as in `pixel_unshuffle`."""
    convolution.weight[: 4 * channels] = 0
    convolution.bias[: 4 * channels] = 0
    for channel in range(channels):
        for tap in range(4):
            convolution.weight[4 * channel + tap, channel, tap // 2, tap % 2] = 1


def _project(convolution: Convolution, components: Components, group: int) -> None:
    """Writes the components with both signs and two constants into the channels of the first group of the GroupNorm."""
    count = len(components.weights)
    taps = components.weights.unflatten(1, (-1, 2, 2))
    offset = components.weights @ components.mean
    convolution.weight[:group] = 0
    convolution.bias[:group] = 0
    for sign, rows in ((1, slice(0, count)), (-1, slice(count, 2 * count))):
        convolution.weight[rows, : taps.shape[1], :2, :2] = sign * taps
        convolution.bias[rows] = -sign * offset
    convolution.bias[2 * count : 2 * count + 2] = torch.tensor([CONSTANT, -CONSTANT])


def _read_latents(convolution: Convolution, group: int) -> None:
    """Undoes GroupNorm and SiLU: means are the difference of both signs times the group's standard deviation."""
    _zero(convolution)
    count = len(convolution.bias) // 2
    convolution.bias[count:] = LOG_VARIANCE
    deviation = math.sqrt((2 * CONSTANT**2 + 2 * count) / group)
    for channel in range(count):
        convolution.weight[channel, channel, 1, 1] = deviation
        convolution.weight[channel, count + channel, 1, 1] = -deviation
