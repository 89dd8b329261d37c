"""The settings of Generative Rendering, as `addon.properties` shows them in a scene."""

from __future__ import annotations

from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

from ..engine.contract.job import KEYFRAME_CHOICES, LAYERS, SurfaceSettings

DEFAULTS = SurfaceSettings()


def choices(names: tuple[str, ...], meanings: dict[str, str]) -> list[tuple[str, str, str]]:
    """The items of an EnumProperty."""
    return [(name, name, meanings.get(name, "")) for name in names]


def _share(name: str, description: str, default: float) -> FloatProperty:
    return FloatProperty(name=name, description=description, default=default, min=0, max=1)


class SurfaceProperties:
    """How surfaces hold their look. A mixin: Blender collects the properties of the class that is registered."""

    keyframes: IntProperty(
        name="Keyframes",
        description="How many frames the others share features with: more see more of the scene, and take time",
        default=DEFAULTS.keyframes,
        min=1,
        soft_max=8,
    )
    keyframe_choice: EnumProperty(
        name="Keyframe choice",
        description="Which frames become keyframes",
        items=choices(
            KEYFRAME_CHOICES,
            {
                "coverage": "Those that see most of the surfaces",
                "spread": "Those spread evenly in time",
                "redraw": "Others at every step, as in the paper: then all frames are painted in one go",
            },
        ),
        default=DEFAULTS.keyframe_choice,
    )
    pre_attention: BoolProperty(
        name="Attend to keyframes", description="Let frames look at the keyframes", default=DEFAULTS.pre_attention
    )
    token_stride: IntProperty(
        name="Token stride",
        description="In the finest layers frames look at every n-th place of the keyframes: 1 sees all, and is slower",
        default=DEFAULTS.token_stride,
        min=1,
        soft_max=4,
    )
    post_attention: _share(
        "Keyframe features",
        "How much of what a surface looks like comes from the keyframes that see it",
        DEFAULTS.post_attention,
    )
    post_attention_fade: _share(
        "Fade",
        "How much of the keyframe features is gone at the last step, which leaves room for light",
        DEFAULTS.post_attention_fade,
    )
    until: _share("Until", "The share of the steps in which anything is shared between frames", DEFAULTS.until)
    layers: EnumProperty(
        name="Layers",
        description="Which layers of the network share",
        items=choices(LAYERS, {"up": "Those of the decoder", "all": "All of them: slower, and stiffer"}),
        default=DEFAULTS.layers,
    )
    mean_weight: _share(
        "Mean weight", "The mean over all keyframes (1), or the first that sees a place (0)", DEFAULTS.mean_weight
    )
    cell_size: FloatProperty(
        name="Cell size",
        description="Of the places that share features, in pixels of a layer: larger shares more, and blurs",
        default=DEFAULTS.cell_size,
        min=0.1,
        soft_max=4,
    )
    normalisation: _share(
        "Hold colours", "How strongly colours are held to those of the keyframes", DEFAULTS.normalisation
    )
    x0_sync: _share(
        "Hold pictures", "How strongly the first steps' pictures are held to the keyframes'", DEFAULTS.x0_sync
    )
    projection: _share(
        "Project keyframes",
        "How much of a surface's finished look comes from the keyframes that see it: at 1 texture does not flicker",
        DEFAULTS.projection,
    )
    own_light: _share(
        "Own light",
        "How much of the light and shade on projected surfaces each frame decides: less flickers less",
        DEFAULTS.own_light,
    )
