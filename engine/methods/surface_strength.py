"""How strongly surfaces hold their look at a step: much while the picture takes shape, less for its last details."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contract.job import SurfaceSettings

SYNC_SHARE = 0.5
"""Of the steps, from the first: those in which predicted pictures are corrected."""
FADE_SHARE = 0.2
"""Of the steps, up to the last: those in which alpha fades."""


@dataclass(frozen=True)
class SurfaceStrength:
    pre_attention: bool
    """Whether frames attend to the keyframes."""
    alpha: float
    """Of the keyframes' unified features."""
    normalisation: float
    x0_sync: float
    mean_weight: float
    """w: how much of the keyframes' texture is their mean."""

    @classmethod
    def at(cls, share: float, settings: SurfaceSettings) -> SurfaceStrength:
        """At a share of the steps, from 0 for the first to just below 1 for the last."""
        if share >= settings.until:
            return cls(pre_attention=False, alpha=0, normalisation=0, x0_sync=0, mean_weight=settings.mean_weight)
        fade = max(0.0, share - (1 - FADE_SHARE)) / FADE_SHARE
        return cls(
            pre_attention=settings.pre_attention,
            alpha=settings.post_attention * (1 - fade * settings.post_attention_fade),
            normalisation=settings.normalisation * max(0.0, 1 - share / SYNC_SHARE),
            x0_sync=settings.x0_sync if share < SYNC_SHARE else 0,
            mean_weight=settings.mean_weight,
        )

    @property
    def shares_features(self) -> bool:
        return self.pre_attention or self.alpha > 0

    @property
    def corrects_x_0(self) -> bool:
        return self.normalisation > 0 or self.x0_sync > 0
