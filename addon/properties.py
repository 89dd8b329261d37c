"""The settings saved in a scene: one property for every option of the commands that says how the scene is to look."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import bpy
import numpy as np
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..engine.contract.job import FORMATS, METHODS, NOISES, SCHEDULERS, Job, Settings
from ..engine.contract.options import arguments_of, render_parser
from .surface_properties import SurfaceProperties, choices

DEFAULTS = Settings()
PATHS = ("out", "model", "controlnet", "vae", "lora")


class OverpaintSettings(SurfaceProperties, bpy.types.PropertyGroup):
    """Named as the options of the commands, so that a setting reads the same in the panel, a script and a job."""

    prompt: StringProperty(name="Prompt", description="What to paint: the surfaces, the material, the light, the style")
    negative_prompt: StringProperty(
        name="Negative prompt", description="What to keep out of the picture, such as 'blurry, text'"
    )
    seed: IntProperty(
        name="Seed", description="Another seed gives another picture of the same prompt", default=Job.seed, min=0
    )
    steps: IntProperty(
        name="Steps",
        description="Denoising steps: more are slower and finer, few leave the picture rough",
        default=DEFAULTS.num_inference_steps,
        min=1,
        soft_max=50,
    )
    guidance_scale: FloatProperty(
        name="Guidance scale",
        description="How closely to follow the prompt: low is loose, high is hard; 0: what suits the model",
        default=DEFAULTS.guidance_scale,
        min=0,
        soft_max=15,
    )
    controlnet_scale: FloatProperty(
        name="Depth strength",
        description="How closely to follow the scene's shapes: low lets the picture drift off the meshes",
        default=DEFAULTS.controlnet_conditioning_scale,
        min=0,
        soft_max=2,
    )
    scheduler: EnumProperty(
        name="Scheduler",
        description="The method that takes the noise away; changes details, and how many steps are enough",
        items=choices(
            SCHEDULERS,
            {
                "ddim": "Plain and predictable; wants many steps",
                "dpm++2m": "Good with 20 steps",
                "unipc": "Good with few steps",
                "euler": "Fast and soft",
                "ddim-trailing": "8 or 12 steps, with a Hyper-SD CFG LoRA",
                "lcm": "4 to 8 steps, with an LCM LoRA and a guidance scale of 1 to 2",
                "tcd": "1 to 8 steps, with a TCD or Hyper-SD one-step LoRA and a guidance scale of 1",
                "dpm++2m-sde": "Adds noise at each step: livelier detail",
            },
        ),
        default=DEFAULTS.scheduler,
    )
    noise: EnumProperty(
        name="Noise",
        description="What the frames start from",
        items=choices(
            NOISES,
            {
                "auto": "What suits the method",
                "independent": "Every frame has noise of its own",
                "surface": "The noise moves with the surfaces, so that frames have more in common",
            },
        ),
        default=DEFAULTS.noise,
    )
    noise_share: FloatProperty(
        name="Noise share",
        description="How much of the surface noise is each frame's own",
        default=DEFAULTS.noise_share,
        min=0,
        max=1,
    )
    method: EnumProperty(
        name="Method",
        description="How the frames are kept alike",
        items=choices(
            METHODS,
            {
                "generative-rendering": "Surfaces hold their look: frames share what keyframes of the clip compute",
                "per-frame": "Every frame on its own: fast, and surfaces change from frame to frame",
            },
        ),
        default=Job.method,
    )
    model: StringProperty(
        name="Model",
        description="The look that was learnt: a name of the registry, a diffusers folder or a .safetensors file",
        default=Job.model,
    )
    controlnet: StringProperty(
        name="ControlNet", description="The network that reads the depth; empty: the one in the model's folder"
    )
    vae: StringProperty(
        name="VAE",
        description="Makes pixels of what was painted; empty: the model's own; taesd: small and fast, for previews",
    )
    lora: StringProperty(
        name="LoRAs",
        description="Styles or characters on top of the model: PATH or PATH:0.8, several with ';' between them",
    )
    frames: StringProperty(name="Frames", description="What to paint now: 1-48, 1-48x2 or 1,5,9; empty: the whole clip")
    clip: StringProperty(
        name="Clip", description="The frames over which the look is decided, such as 1-48; empty: the scene's range"
    )
    resolution: StringProperty(
        name="Resolution", description="Size of the frames, such as 512x512, in multiples of 8; empty: the scene's"
    )
    pass_scale: IntProperty(
        name="Pass scale",
        description="Samples of the scene per pixel side, odd: more keep thin shapes whole, and are slower to capture",
        default=1,
        min=1,
        soft_max=5,
        step=2,
    )
    format: EnumProperty(
        name="Format",
        description="The kind of file a frame is written to",
        items=choices(
            tuple(FORMATS),
            {
                "png": "8 bits a channel, lossless",
                "png16": "16 bits a channel, lossless",
                "exr": "half float, linear light",
                "jpeg": "Small files, lossy",
            },
        ),
        default=DEFAULTS.format,
    )
    alpha: BoolProperty(
        name="Transparent background", description="Cut out everything that is not a mesh", default=DEFAULTS.alpha
    )
    out: StringProperty(
        name="Output",
        description="Folder of the job: the shot, the frames and the movie; // is the scene file's folder",
        subtype="DIR_PATH",
    )


def register() -> None:
    bpy.utils.register_class(OverpaintSettings)
    bpy.types.Scene.overpaint = PointerProperty(type=OverpaintSettings)


def unregister() -> None:
    del bpy.types.Scene.overpaint
    bpy.utils.unregister_class(OverpaintSettings)


def saved_arguments(scene: bpy.types.Scene) -> list[str]:
    """The scene's settings as the words of the command line, those at their defaults left out."""
    settings = scene.overpaint
    names = [*OverpaintSettings.__annotations__, *SurfaceProperties.__annotations__]
    values = {name: _value(getattr(settings, name)) for name in names}
    values["lora"] = [item.strip() for item in settings.lora.split(";") if item.strip()] or None
    for name in PATHS:
        values[name] = _absolute(values[name])
    return arguments_of(render_parser("overpaint", in_blender=True), Namespace(**values))


def _value(value: Any) -> Any:
    """What a person typed: Blender keeps 7.3 as the nearest 32-bit float, and an unset text as an empty one."""
    return float(str(np.float32(value))) if isinstance(value, float) else value if value != "" else None


def _absolute(value: Any) -> Any:
    """Paths that begin with // start from the scene file's folder."""
    if isinstance(value, list):
        return [_absolute(item) for item in value]
    return bpy.path.abspath(value) if isinstance(value, str) and value.startswith("//") else value
