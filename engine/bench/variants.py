"""What `bench consistency` compares: the parts of the method one by one, and each of its settings over a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Scene:
    """An example scene, painted with a prompt of the preview's world."""

    name: str
    prompt: str
    material: str
    """What the prompt says the subject is made of."""
    subject: tuple[str, ...]
    """The names of its objects."""


@dataclass(frozen=True)
class Variant:
    """Settings by a name, as options of `generate`."""

    name: str
    options: tuple[str, ...]


SCENES = (
    Scene("walker", "a robot made of rusty iron on sand at sunset", "rusty iron", ("Walker",)),
    Scene(
        "turntable",
        "a person made of white marble on wooden planks in an overcast sky",
        "white marble",
        ("Bust", "Neck"),
    ),
    Scene(
        "occluder", "a ball made of blue ceramic on wooden planks under a clear sky", "blue ceramic", ("Vase", "Pear")
    ),
    Scene("instances", "a tower made of red brick on grass under a clear sky", "red brick", ("Windmill",)),
)

PER_FRAME = ("--method", "per-frame")
NO_PRE, NO_POST = ("--no-pre-attention",), ("--post-attention", "0")
NO_CORRECTION = ("--normalisation", "0", "--x0-sync", "0", "--projection", "0")

ABLATION = (
    Variant("frame by frame, noise of its own", PER_FRAME),
    Variant("surface noise", (*PER_FRAME, "--noise", "surface")),
    Variant("surface noise, pre", (*NO_POST, *NO_CORRECTION)),
    Variant("surface noise, post", (*NO_PRE, *NO_CORRECTION)),
    Variant("surface noise, pre, post", NO_CORRECTION),
    Variant("pre, post, noise of its own", ("--noise", "independent", *NO_CORRECTION)),
    Variant("surface noise, pre, post, normalisation", (*NO_CORRECTION, "--normalisation", "0.5")),
    Variant("surface noise, pre, post, x0 sync", (*NO_CORRECTION, "--x0-sync", "0.5")),
    Variant("surface noise, pre, post, projection", (*NO_CORRECTION, "--projection", "1")),
)


def _over(option: str, *values: str) -> tuple[Variant, ...]:
    return tuple(Variant(f"{option} {value}", (f"--{option}", value)) for value in values)


SWEEPS: Mapping[str, tuple[Variant, ...]] = MappingProxyType(
    {
        "keyframes": _over("keyframes", "1", "2", "3", "5", "8"),
        "keyframe-choice": _over("keyframe-choice", "coverage", "spread", "redraw"),
        "alpha": _over("post-attention", "0", "0.3", "0.6", "0.8", "1"),
        "cell-size": _over("cell-size", "0.25", "0.5", "1", "2", "4"),
        "length": _over("clip", "1-8", "1-16", "1-32", "1-48"),
        "noise-share": _over("noise-share", "0", "0.05", "0.2", "0.5"),
        "projection": _over("projection", "0", "0.25", "0.5", "0.75", "1"),
        "own-light": _over("own-light", "0", "0.25", "0.5", "0.75", "1"),
        "x0-sync": _over("x0-sync", "0", "0.25", "0.5", "0.75", "1"),
    }
)
