"""The keyframes' finished pictures on the surfaces of other frames."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample

from engine.surface.keyframe_views import KeyframeView

FEATHER = 5
"""Pixels over which a projection fades out towards what no keyframe sees."""


def project(
    picture: Tensor,  # (height, width, 3) in [0, 1]
    keyframe_pictures: Tensor,  # (K, height, width, 3)
    view: KeyframeView,
    strength: float,  # in [0, 1]
) -> Tensor:
    """The picture with what keyframes show of its surfaces mixed in, (height, width, 3) in [0, 1]."""
    if not strength:
        return picture
    height, width = picture.shape[:2]
    keyframe = torch.from_numpy(view.keyframe)
    place = torch.from_numpy(view.position) / torch.tensor([width, height]) * 2 - 1
    projected = picture.clone()
    for number, shown in enumerate(keyframe_pictures):
        sampled = grid_sample(shown.permute(2, 0, 1)[None], place[None], mode="bicubic", align_corners=False)[0]
        here = keyframe == number
        projected[here] = sampled.permute(1, 2, 0)[here].clamp(0, 1)
    weight = strength * _feathered(keyframe >= 0)
    return torch.lerp(picture, projected, weight[..., None])


def _feathered(seen: Tensor) -> Tensor:
    """1 inside, falling to 0 at the edges of what is seen, but for those of the picture; (height, width) float32."""
    share = avg_pool2d(seen.float()[None, None], FEATHER, 1, FEATHER // 2, count_include_pad=False)[0, 0]
    return (2 * share - 1).clamp(0, 1) * seen
