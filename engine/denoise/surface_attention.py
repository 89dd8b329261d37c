"""Self-attention that knows surfaces: what keyframes computed is shared with every frame that shows the same surface.

The pre- and post-attention feature injection of Generative Rendering (arXiv 2312.01409). A batch holds the halves of
classifier-free guidance one after the other, each with the same frames; the halves never meet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

Unify = Callable[[Tensor, float], Tensor]
"""From what the keyframes computed, (K * tokens, channels), and w to one texture T of it, (rows, channels)."""


@dataclass(frozen=True)
class Layer:
    """A self-attention layer of the UNet."""

    name: str
    level: int
    """Its pixels are 2^level latent pixels wide."""

    @property
    def is_up(self) -> bool:
        """Whether it lies in the decoder."""
        return self.name.startswith("up_blocks")


class SurfaceAttention(Protocol):
    """What one forward pass does with self-attention."""

    def attend(
        self,
        layer: Layer,
        query: Tensor,  # (halves * frames, heads, tokens, head_channels), as are key and value
        key: Tensor,
        value: Tensor,
    ) -> Tensor:
        """(halves * frames, tokens, heads * head_channels)"""


class SurfaceAttnProcessor(AttnProcessor2_0):
    """Every attention's processor: the stock one, but where a forward pass brings a SurfaceAttention for its layer."""

    def __init__(self, layer: Layer | None) -> None:
        super().__init__()
        self.layer = layer

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,  # (halves * frames, tokens, channels)
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        surface_attention: SurfaceAttention | None = None,
    ) -> Tensor:
        if self.layer is None or surface_attention is None:
            return super().__call__(attn, hidden_states, encoder_hidden_states, attention_mask, temb)
        query, key, value = (
            projection(hidden_states).unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for projection in (attn.to_q, attn.to_k, attn.to_v)
        )
        return attn.to_out[0](surface_attention.attend(self.layer, query, key, value))


def install_surface_attention(unet: UNet2DConditionModel) -> None:
    """Gives the UNet the processors that listen to `cross_attention_kwargs={"surface_attention": ...}`; without it
    the UNet computes what it did before, bit for bit."""
    levels = len(unet.config["block_out_channels"])
    unet.set_attn_processor(
        {name: SurfaceAttnProcessor(_self_attention(name, levels)) for name in unet.attn_processors}
    )


def _self_attention(processor_name: str, levels: int) -> Layer | None:
    """The layer of a processor such as `up_blocks.1.attentions.0.transformer_blocks.0.attn1.processor`; None for
    attention to the prompt."""
    if not processor_name.endswith("attn1.processor"):
        return None
    block, number = processor_name.split(".")[:2]
    level = {"down_blocks": lambda: int(number), "up_blocks": lambda: levels - 1 - int(number)}
    return Layer(processor_name.removesuffix(".processor"), level.get(block, lambda: levels - 1)())


def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Softmax(Q K^T / sqrt(d)) V with the heads joined: (batch, tokens, heads * head_channels)."""
    return scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)


@dataclass(frozen=True)
class KeyframeFeatures:
    """What the K keyframes computed in one layer at one step."""

    K_ext: Tensor  # (halves, heads, K * tokens or fewer, head_channels)
    V_ext: Tensor  # of the same shape
    T: Tensor  # (halves, rows, channels), the unified output of each surface cell that they see


@dataclass(frozen=True)
class Extraction:
    """Extended attention among the keyframes, in the layers that share: each attends to the tokens of all. What other
    frames need of it is kept in `features`."""

    halves: int
    unify: Sequence[Unify]  # by level
    layers: str  # up | all
    mean_weight: float  # w: how much of T is the mean over the keyframes, and how much the first that sees the cell
    width: int  # of the finest layers, in tokens
    token_stride: int
    """In the two finest levels, where attention costs most, others attend to every n-th token along each side."""
    features: dict[str, KeyframeFeatures] = field(default_factory=dict)

    def attend(self, layer: Layer, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        if not (layer.is_up or self.layers == "all"):
            return attention(query, key, value)
        Q, K_ext, V_ext = (_side_by_side(each, self.halves) for each in (query, key, value))
        O = attention(Q, K_ext, V_ext)  # noqa: E741 - (halves, K * tokens, channels)
        T = torch.stack([self.unify[layer.level](half, self.mean_weight) for half in O])
        if layer.level < 2 and self.token_stride > 1:
            K_ext, V_ext = (_side_by_side(self._thinned(each, layer.level), self.halves) for each in (key, value))
        self.features[layer.name] = KeyframeFeatures(K_ext, V_ext, T)
        return O.unflatten(1, (-1, query.shape[2])).flatten(0, 1)

    def _thinned(self, each: Tensor, level: int) -> Tensor:
        width = -(-self.width // 2**level)
        return each.unflatten(2, (-1, width))[:, :, :: self.token_stride, :: self.token_stride].flatten(2, 3)


@dataclass(frozen=True)
class Injection:
    """Frames attend to themselves and to the keyframes (K_ext, V_ext); where a surface cell was seen by the keyframes,
    its unified output T is mixed in."""

    halves: int
    features: Mapping[str, KeyframeFeatures]
    rows: Sequence[Tensor]  # by level, (frames, tokens): the row of T that a token shows, -1 where none does
    pre_attention: bool
    alpha: float | Tensor | None
    """How much of T is mixed in; None for nothing. As a tensor it can change without another compiled graph."""

    def attend(self, layer: Layer, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        if layer.name not in self.features:
            return attention(query, key, value)
        features = self.features[layer.name]
        if self.pre_attention:
            key, value = self._extended(key, features.K_ext), self._extended(value, features.V_ext)
        A = attention(query, key, value)
        return A if self.alpha is None else _blended(A, features.T, self.rows[layer.level], self.alpha)

    def _extended(self, own: Tensor, shared: Tensor) -> Tensor:
        """[K_f ; K_ext]"""
        frames = len(own) // self.halves
        return torch.cat([own, shared.repeat_interleave(frames, dim=0)], dim=2)


def _blended(A: Tensor, T: Tensor, rows: Tensor, alpha: float | Tensor) -> Tensor:
    """(1 - alpha m) A + alpha m G, with G = T where a token's surface was seen, which m says."""
    G = T[:, rows.clamp(min=0)].flatten(0, 1)
    alpha_m = (alpha * (rows >= 0)).to(A.dtype).repeat(len(T), 1)[..., None]
    return torch.lerp(A, G, alpha_m)


def _side_by_side(each: Tensor, halves: int) -> Tensor:
    """The tokens of a half's keyframes in one row: (halves, heads, K * tokens, head_channels)."""
    return each.unflatten(0, (halves, -1)).transpose(1, 2).flatten(2, 3)
