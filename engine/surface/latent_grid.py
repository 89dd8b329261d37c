"""The pixels of the latents as squares of output pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LatentGrid:
    """Pixels of both kinds are given by flat indices."""

    height: int
    """Output pixels, as is the width."""
    width: int
    latent_pixel: int
    """Output pixels along its side: the VAE's factor."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in latent pixels."""
        return self.height // self.latent_pixel, self.width // self.latent_pixel

    def latent_of(self, pixel: np.ndarray) -> np.ndarray:
        """The latent pixels that output pixels (N,) lie in."""
        row, column = np.divmod(pixel, self.width)
        return row // self.latent_pixel * self.shape[1] + column // self.latent_pixel

    def centre_of(self, latent: np.ndarray) -> np.ndarray:
        """The output pixels (N,) right and below of the centres of latent pixels."""
        row, column = np.divmod(latent, self.shape[1])
        half = self.latent_pixel // 2
        return (row * self.latent_pixel + half) * self.width + column * self.latent_pixel + half
