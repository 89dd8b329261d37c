"""A fixed texture that owes nothing to the engine's own, rendered the slow way: with many samples in every pixel."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from engine.bench.rolling_shot import place_objects, render_passes, rolling_camera
from engine.contract.shot import Shot

SIDE = 512
CONTRAST = 0.15
OCTAVES = 7
SAMPLES = 5
"""Along a side of a pixel; odd, so that one lies in its middle."""
FILTER = 0.5
"""Standard deviation of the filter over samples, in pixels."""


def make_texture() -> np.ndarray:
    """(SIDE, SIDE, 3): as much contrast in each octave, as in pictures of the world."""
    generator = np.random.default_rng(11)
    texture = np.zeros((SIDE, SIDE, 3))
    for octave in range(OCTAVES):
        sigma = 0.7 * 2**octave
        noise = ndimage.gaussian_filter(generator.standard_normal(texture.shape), (sigma, sigma, 0), mode="wrap")
        texture += noise / noise.std()
    return (0.5 + CONTRAST * texture / texture.std()).clip(0, 1)


def render_supersampled(texture: np.ndarray, shot: Shot, frame: int, size: int) -> np.ndarray:
    """(size, size, 3) float32: each pixel from samples of the object that its middle shows."""
    large = size * SAMPLES
    passes = render_passes(place_objects(shot.objects, frame), rolling_camera(frame, large), large)
    columns, rows = np.moveaxis(((passes.uv + 0.37 * passes.object_id[..., None]) % 1 * SIDE).astype(int) % SIDE, -1, 0)
    rgb = np.where(passes.is_surface[..., None], texture[rows, columns], 0.5)
    ids = _at_middles(passes.object_id)
    picture = np.full((size, size, 3), 0.5, np.float32)
    for number in np.unique(ids):
        shown = (passes.object_id == number)[..., None]
        own = _filtered(rgb * shown) / _filtered(shown.astype(float)).clip(1e-9)
        picture[ids == number] = own[ids == number]
    return picture


def _filtered(samples: np.ndarray) -> np.ndarray:
    sigma = FILTER * SAMPLES
    return _at_middles(ndimage.gaussian_filter(samples, (sigma, sigma, 0)))


def _at_middles(samples: np.ndarray) -> np.ndarray:
    return samples[SAMPLES // 2 :: SAMPLES, SAMPLES // 2 :: SAMPLES]
