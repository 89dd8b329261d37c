"""The options of the commands: the command line, the script in Blender and the engine use the same words."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from .errors import UsageError
from .frames import Clip, format_frames, parse_frames
from .job import (
    DTYPES,
    FORMATS,
    KEYFRAME_CHOICES,
    LAYERS,
    METHODS,
    NOISES,
    SCHEDULERS,
    Job,
    Lora,
    Settings,
    SurfaceSettings,
    relative_shot,
)

DEFAULTS = Settings()


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"see {self.prog} --help")


class Size(NamedTuple):
    """A picture's size in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @classmethod
    def parse(cls, text: str) -> Size:
        """`512x768`, multiples of 8. Raises UsageError naming the nearest size that works."""
        match = re.fullmatch(r"(\d+)x(\d+)", text)
        if not match:
            raise UsageError(f"{text!r} is not a size", "write it as 512x512")
        return cls(int(match[1]), int(match[2])).checked()

    def checked(self) -> Size:
        """The size, where the network can paint it. Raises UsageError naming the nearest size that works."""
        nearest = Size(*(max(8, round(side / 8) * 8) for side in self))
        if self != nearest:
            raise UsageError(f"the size {self} is not a multiple of 8 both ways", f"use --resolution {nearest}")
        return self


def add_frame_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("frames")
    group.add_argument("--frames", type=parse_frames, metavar="RANGE", help="1-48, 1-48x2 or 1,5,9 (default: the clip)")
    group.add_argument(
        "--clip", type=Clip.parse, metavar="RANGE", help="frames the look is decided over (default: the scene's)"
    )


def add_capture_options(parser: argparse.ArgumentParser) -> None:
    """What to take from the scene."""
    group = parser.add_argument_group("scene")
    group.add_argument("--resolution", type=Size.parse, metavar="WxH", help="multiples of 8 (default: the scene's)")
    group.add_argument(
        "--pass-scale", type=int, default=1, metavar="N", help="samples per pixel side, odd (default: 1)"
    )
    group.add_argument("--scene", default="", metavar="NAME", help="default: the file's active scene")
    group.add_argument("--view-layer", default="", metavar="NAME", help="default: the first that renders")
    group.add_argument("--camera", default="", metavar="NAME", help="default: the scene's, with its cuts")


def add_blender_options(parser: argparse.ArgumentParser) -> None:
    """How Blender's own processes capture a file."""
    group = parser.add_argument_group("Blender")
    group.add_argument(
        "--jobs", type=_jobs, default=1, metavar="N", help="Blenders side by side; auto: what fits here (default: 1)"
    )
    group.add_argument(
        "--enable-autoexec", action="store_true", help="let scripts and drivers in the file run: only if you trust it"
    )
    group.add_argument("--share", type=parse_frames, help=argparse.SUPPRESS)  # exactly these frames, for one of several


def add_paint_options(parser: argparse.ArgumentParser) -> None:
    """How the frames are to look."""
    look = parser.add_argument_group("look")
    look.add_argument("--prompt", default="", metavar="TEXT", help="what to paint")
    look.add_argument("--negative-prompt", default="", metavar="TEXT", help="what to keep out of the picture")
    look.add_argument("--seed", type=int, default=0, help="another seed, another picture (default: 0)")
    look.add_argument("--method", choices=METHODS, default=METHODS[0], help=f"default: {METHODS[0]}")
    look.add_argument("--model", default=Job.model, metavar="NAME_OR_PATH", help=f"default: {Job.model}")
    look.add_argument("--controlnet", default="", metavar="NAME_OR_PATH", help="default: the one in the model's folder")
    look.add_argument("--vae", default="", metavar="NAME_OR_PATH", help="decode with a smaller or better one: taesd")
    look.add_argument(
        "--lora", type=Lora.parse, action="append", default=[], metavar="PATH[:SCALE]", help="may be repeated"
    )
    look.add_argument(
        "--steps", type=int, default=DEFAULTS.num_inference_steps, help="denoising steps (default: %(default)s)"
    )
    look.add_argument(
        "--guidance-scale",
        type=float,
        default=DEFAULTS.guidance_scale,
        help="how closely to follow the prompt; 1: without guidance, 0: what suits the model (default: %(default)s)",
    )
    look.add_argument(
        "--controlnet-scale",
        type=float,
        default=DEFAULTS.controlnet_conditioning_scale,
        help="how closely to follow the depth (default: %(default)s)",
    )
    look.add_argument("--scheduler", choices=SCHEDULERS, default=DEFAULTS.scheduler, help="default: %(default)s")
    look.add_argument(
        "--noise",
        choices=NOISES,
        default=DEFAULTS.noise,
        help="what frames start from: noise of their own, or noise that moves with the surfaces; auto: what suits "
        "the method (default: %(default)s)",
    )
    look.add_argument(
        "--noise-share",
        type=float,
        default=DEFAULTS.noise_share,
        metavar="SHARE",
        help="how much of the surface noise is each frame's own, 0 to 1 (default: %(default)s)",
    )
    _add_surface_options(parser)
    files = parser.add_argument_group("files")
    files.add_argument("--format", choices=tuple(FORMATS), default=DEFAULTS.format, help="default: %(default)s")
    files.add_argument(
        "--alpha", action=argparse.BooleanOptionalAction, default=DEFAULTS.alpha, help="cut the background out"
    )
    machine = parser.add_argument_group("machine")
    machine.add_argument("--device", choices=("auto", "cuda", "cpu", "mps"), default="auto", help="default: auto")
    machine.add_argument("--dtype", choices=DTYPES, default="auto", help="default: float16 on CUDA, else float32")
    machine.add_argument(
        "--compile", action="store_true", help="compile the networks first: takes minutes, pays off over many frames"
    )
    machine.add_argument(
        "--chunk", type=_count, default=32, metavar="N", help="frames denoised and written together (default: 32)"
    )
    machine.add_argument("--micro-batch", type=_count, metavar="N", help="frames painted at once (default: 4 on CUDA)")


def _add_surface_options(parser: argparse.ArgumentParser) -> None:
    """How the method generative-rendering lets surfaces hold their look."""
    usual = DEFAULTS.surface
    group = parser.add_argument_group("surfaces (method generative-rendering)")
    group.add_argument(
        "--keyframes",
        type=int,
        default=usual.keyframes,
        metavar="K",
        help="how many frames the others share features with (default: %(default)s)",
    )
    group.add_argument(
        "--keyframe-choice",
        choices=KEYFRAME_CHOICES,
        default=usual.keyframe_choice,
        help="those that see most, those spread in time, or others at each step (default: %(default)s)",
    )
    group.add_argument(
        "--pre-attention",
        action=argparse.BooleanOptionalAction,
        default=usual.pre_attention,
        help="let frames attend to the keyframes",
    )
    group.add_argument(
        "--token-stride",
        type=int,
        default=usual.token_stride,
        metavar="N",
        help="attend to every N-th token of the keyframes along each side in fine layers (default: %(default)s)",
    )
    group.add_argument("--layers", choices=LAYERS, default=usual.layers, help="which share (default: %(default)s)")
    for name, what in _SURFACE_SHARES.items():
        option = f"--{name.replace('_', '-')}"
        group.add_argument(
            option, type=float, default=getattr(usual, name), metavar="X", help=f"{what} (default: %(default)s)"
        )


_SURFACE_SHARES = {
    "post_attention": "how much of the features comes from the keyframes, 0 to 1",
    "post_attention_fade": "how much of that is gone at the last step, 0 to 1",
    "until": "share of the steps in which anything is shared, 0 to 1",
    "mean_weight": "mean over the keyframes against the first of them, 0 to 1",
    "cell_size": "size of the places that share features, in pixels of a layer",
    "normalisation": "hold colours to those of the keyframes, 0 to 1",
    "x0_sync": "hold the first steps' pictures to those of the keyframes, 0 to 1",
    "projection": "how much of the finished picture comes from those of the keyframes, 0 to 1",
    "own_light": "how much of the light on projected surfaces is the frame's own, 0 to 1",
}


def add_output_options(parser: argparse.ArgumentParser, out_help: str) -> None:
    """Where the results go, and how the command speaks."""
    group = parser.add_argument_group("output")
    group.add_argument("--out", required=True, metavar="FOLDER", help=out_help)
    group.add_argument("--overwrite", action="store_true", help="do every frame again, finished or not")
    group.add_argument("--json", action="store_true", help="end with one machine-readable line")
    group.add_argument("-v", "--verbose", action="store_true", help="tell more")


def capture_parser(prog: str) -> Parser:
    parser = Parser(prog=prog, description="Capture a .blend scene into a shot folder.")
    parser.add_argument("blend", metavar="SCENE", help="a .blend file")
    add_frame_options(parser)
    add_capture_options(parser)
    add_blender_options(parser)
    add_output_options(parser, "the shot folder")
    parser.add_argument(
        "--preview", action="store_true", help="write preview.png: depth, objects and UVs of each frame"
    )
    return parser


def generate_parser(prog: str) -> Parser:
    parser = Parser(prog=prog, description="Paint the frames of a shot folder.")
    parser.add_argument("shot", metavar="SHOT", help="a shot folder")
    add_frame_options(parser)
    add_paint_options(parser)
    add_output_options(parser, "the job's folder: frames/, job.json, plan.json")
    parser.add_argument("--movie", action="store_true", help="make movie.mp4 of the finished frames")
    return parser


def render_parser(prog: str, in_blender: bool = False) -> Parser:
    """Everything of capture and generate; inside Blender the scene is the open one."""
    parser = Parser(prog=prog, description="Capture a .blend scene, paint its frames and make the movie.")
    if not in_blender:
        parser.add_argument("blend", metavar="SCENE", help="a .blend file")
        add_blender_options(parser)
    add_frame_options(parser)
    add_capture_options(parser)
    add_paint_options(parser)
    add_output_options(parser, "the job's folder: shot/, frames/, movie.mp4, job.json")
    return parser


def job_of(options: argparse.Namespace, clip: Clip) -> Job:
    """The job that paint options ask for. Raises UsageError where they make no sense."""
    return Job(
        prompt=options.prompt,
        shot=relative_shot(Path(options.shot), Path(options.out)),
        clip=clip,
        negative_prompt=options.negative_prompt,
        method=options.method,
        seed=options.seed,
        model=options.model,
        controlnet=options.controlnet,
        vae=options.vae,
        loras=tuple(options.lora),
        settings=Settings(
            num_inference_steps=options.steps,
            guidance_scale=options.guidance_scale,
            controlnet_conditioning_scale=options.controlnet_scale,
            scheduler=options.scheduler,
            noise=options.noise,
            noise_share=options.noise_share,
            format=options.format,
            alpha=options.alpha,
            surface=surface_settings_of(options),
        ),
    )


def surface_settings_of(options: argparse.Namespace) -> SurfaceSettings:
    """Raises UsageError where they make no sense."""
    return SurfaceSettings(**{field.name: getattr(options, field.name) for field in fields(SurfaceSettings)})


def arguments_of(parser: argparse.ArgumentParser, options: argparse.Namespace) -> list[str]:
    """The options of `parser` as words again, to hand them to another process; positionals come last."""
    words: list[str] = []
    positionals: list[str] = []
    for action in parser._actions:
        value = getattr(options, action.dest, None)
        if not action.option_strings:
            positionals += [str(value)] if value is not None else []
        elif value is None or value == action.default:
            continue
        elif action.nargs == 0:
            words.append(action.option_strings[0 if value else 1])
        else:
            many = value if isinstance(value, list) else [value]
            words += [f"{action.option_strings[0]}={_word(item)}" for item in many]
    return [*words, "--", *positionals] if positionals else words


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"{text!r} is not a number of frames", "write 1 or more")
    return int(text)


def _jobs(text: str) -> int:
    """0 stands for auto."""
    if text == "auto":
        return 0
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"{text!r} is not a number of processes", "write 1 or more, or auto")
    return int(text)


def _word(value: Any) -> str:
    return format_frames(value) if type(value) is tuple else str(value)
