"""The captioned skies: what is seen of them, and the light that they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from torch import Tensor

from models.preview.world.patterns import Color, cell_distances, hex_color, mixed, noise, smooth
from models.preview.world.vectors import dot

Paint = Callable[[Tensor, Tensor], Tensor]
"""From view directions and directions to the sun, (rays, 3) each, to linear colours (rays, 3)."""


@dataclass(frozen=True)
class Sky:
    paint: Paint
    sun_elevation: tuple[float, float]  # degrees, lowest and highest
    sun: Color
    above: Color
    """Light from the upper half, on what looks up."""
    below: Color
    """Light thrown back by the ground, on what looks down; the ground's colour tints it."""
    haze: Color
    """What distance fades to; the sky's own colour at the horizon."""
    haze_distance: float
    """Where about two thirds of a thing's colour have faded."""


def _clear_blue(directions: Tensor, sun: Tensor) -> Tensor:
    up = directions[:, 2].clamp_min(0)
    sky = mixed(CLEAR_HAZE, hex_color("1d62c9"), smooth(0, 0.6, up).sqrt())
    clouds = _clouds(directions, scale=1.3, low=0.45, high=0.9)
    return mixed(sky, (1.0, 1.0, 1.0), 0.9 * clouds) + _disc(directions, sun, (1.0, 0.95, 0.8), 0.9992)


def _sunset(directions: Tensor, sun: Tensor) -> Tensor:
    up = directions[:, 2].clamp_min(0)
    sky = mixed(SUNSET_HAZE, hex_color("c2417a"), smooth(0.0, 0.3, up))
    sky = mixed(sky, hex_color("3a2a6b"), smooth(0.2, 0.7, up))
    clouds = _clouds(directions, scale=1.0, low=0.2, high=0.8)
    sky = mixed(sky, hex_color("ffb14a"), 0.65 * clouds * (1 - smooth(0.25, 0.7, up)))
    glow = dot(directions, sun).clamp_min(0) ** 12
    return mixed(sky, hex_color("ffd76a"), 0.8 * glow) + _disc(directions, sun, (1.0, 0.8, 0.4), 0.998)


def _overcast(directions: Tensor, sun: Tensor) -> Tensor:
    clouds = _clouds(directions, scale=1.6, low=-0.9, high=0.9)
    return mixed(
        hex_color("a9b0b8"), hex_color("dfe3e6"), 0.35 + 0.6 * (clouds - 0.5) * smooth(0, 0.15, directions[:, 2])
    )


def _night(directions: Tensor, sun: Tensor) -> Tensor:
    up = directions[:, 2].clamp_min(0)
    sky = mixed(NIGHT_HAZE, hex_color("050a24"), smooth(0, 0.45, up))
    distance, _, brightness = cell_distances(directions * 22)
    star = (1 - smooth(0.05, 0.1, distance)) * smooth(0.35, 0.9, brightness)
    return sky + 1.2 * star[:, None] + _disc(directions, sun, (1.0, 1.0, 0.9), 0.9965)


def _storm(directions: Tensor, sun: Tensor) -> Tensor:
    clouds = _clouds(directions, scale=2.2, low=-0.8, high=0.9)
    sky = mixed(hex_color("20262e"), hex_color("69747c"), clouds)
    return mixed(STORM_HAZE, sky, smooth(0, 0.18, directions[:, 2]))


def _dawn(directions: Tensor, sun: Tensor) -> Tensor:
    up = directions[:, 2].clamp_min(0)
    sky = mixed(DAWN_HAZE, hex_color("f7a8c4"), smooth(0.02, 0.22, up))
    sky = mixed(sky, hex_color("9fc3ee"), smooth(0.2, 0.6, up))
    return mixed(sky, hex_color("fff0ea"), 0.6 * _clouds(directions, scale=1.2, low=0.3, high=1.0))


def _fog(directions: Tensor, sun: Tensor) -> Tensor:
    return mixed(FOG_HAZE, hex_color("dfe5e6"), smooth(0, 0.8, directions[:, 2]))


def _clouds(directions: Tensor, scale: float, low: float, high: float) -> Tensor:
    """Cover (rays,) of a layer overhead, seen in perspective; none at the horizon."""
    height = directions[:, 2].clamp_min(0.02)[:, None] + 0.12
    layer = directions / height * scale
    return smooth(low, high, noise(layer, 4)) * smooth(0.0, 0.12, directions[:, 2])


def _disc(directions: Tensor, sun: Tensor, color: Color, cosine: float) -> Tensor:
    seen = smooth(cosine - 0.0006, cosine, dot(directions, sun))
    return 2.5 * seen[:, None] * directions.new_tensor(color)


GREY_HAZE = hex_color("bfc5cb")
CLEAR_HAZE, SUNSET_HAZE, NIGHT_HAZE = hex_color("bcdcf5"), hex_color("ff8f3c"), hex_color("1b2a55")
STORM_HAZE, DAWN_HAZE, FOG_HAZE = hex_color("7f8a8f"), hex_color("ffd9b8"), hex_color("cfd6d8")

SKIES: Mapping[str, Sky] = MappingProxyType(
    {
        "clear blue": Sky(
            _clear_blue,
            sun_elevation=(28, 62),
            sun=(2.3, 2.15, 1.85),
            above=(0.5, 0.62, 0.85),
            below=(0.3, 0.3, 0.3),
            haze=CLEAR_HAZE,
            haze_distance=70,
        ),
        "sunset": Sky(
            _sunset,
            sun_elevation=(6, 16),
            sun=(2.6, 1.15, 0.4),
            above=(0.5, 0.38, 0.5),
            below=(0.3, 0.18, 0.12),
            haze=SUNSET_HAZE,
            haze_distance=40,
        ),
        "overcast": Sky(
            _overcast,
            sun_elevation=(45, 80),
            sun=(0.25, 0.25, 0.26),
            above=(1.0, 1.03, 1.08),
            below=(0.35, 0.35, 0.36),
            haze=GREY_HAZE,
            haze_distance=60,
        ),
        "night": Sky(
            _night,
            sun_elevation=(22, 50),
            sun=(0.46, 0.54, 0.82),
            above=(0.13, 0.17, 0.34),
            below=(0.05, 0.06, 0.11),
            haze=NIGHT_HAZE,
            haze_distance=45,
        ),
        "storm": Sky(
            _storm,
            sun_elevation=(30, 60),
            sun=(0.3, 0.32, 0.34),
            above=(0.42, 0.47, 0.52),
            below=(0.16, 0.17, 0.18),
            haze=STORM_HAZE,
            haze_distance=40,
        ),
        "dawn": Sky(
            _dawn,
            sun_elevation=(8, 20),
            sun=(1.7, 1.15, 0.95),
            above=(0.62, 0.55, 0.68),
            below=(0.32, 0.26, 0.26),
            haze=DAWN_HAZE,
            haze_distance=45,
        ),
        "fog": Sky(
            _fog,
            sun_elevation=(40, 70),
            sun=(0.2, 0.2, 0.2),
            above=(0.85, 0.88, 0.9),
            below=(0.35, 0.36, 0.37),
            haze=FOG_HAZE,
            haze_distance=14,
        ),
    }
)
