"""What a ControlNet makes of a hint before it looks at anything else: the same at every step and for every prompt."""

from __future__ import annotations

import torch
from diffusers import ControlNetModel
from diffusers.models.controlnets.controlnet import ControlNetConditioningEmbedding
from torch import Tensor, nn


class HintEmbedding(ControlNetConditioningEmbedding):
    """A ControlNet's own embedding, with its very layers; features that it made before it lets through."""

    def __init__(self, embedding: ControlNetConditioningEmbedding, is_bgr: bool) -> None:
        nn.Module.__init__(self)
        self.conv_in, self.blocks, self.conv_out = embedding.conv_in, embedding.blocks, embedding.conv_out
        self.is_bgr = is_bgr

    def forward(self, conditioning: Tensor) -> Tensor:
        if not self.are_features(conditioning):
            return super().forward(conditioning)
        return conditioning.flip(1) if self.is_bgr else conditioning  # which the ControlNet flipped

    def are_features(self, conditioning: Tensor) -> bool:
        return conditioning.shape[1] == self.conv_out.out_channels


def install_hint_features(controlnet: ControlNetModel) -> None:
    """Lets the ControlNet take features in the place of a hint; with a hint it computes what it did before."""
    is_bgr = controlnet.config["controlnet_conditioning_channel_order"] == "bgr"
    controlnet.controlnet_cond_embedding = HintEmbedding(controlnet.controlnet_cond_embedding, is_bgr)


@torch.inference_mode()
def hint_features(
    controlnet: ControlNetModel,
    hints: Tensor,  # (frames, 3, height, width), depth in [0, 1], grey
) -> Tensor:
    """(frames, channels, latent_height, latent_width); hints that are features already stay as they are."""
    embedding, hints = controlnet.controlnet_cond_embedding, hints.to(controlnet.device, controlnet.dtype)
    return hints if embedding.are_features(hints) else embedding(hints)
