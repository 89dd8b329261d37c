"""What it costs to let surfaces keep their look: in operations, time and memory, against frames by themselves."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from diffusers import StableDiffusionControlNetPipeline
from torch.profiler import profile, supported_activities

from engine.bench.flops import count_step
from engine.bench.rolling_shot import make_rolling_shot
from engine.contract.errors import OverpaintError
from engine.contract.frames import Clip
from engine.contract.options import generate_parser
from engine.denoise.schedulers import make_scheduler
from engine.device import be_deterministic
from engine.frame_inputs import FrameInputs
from engine.home import ROOT
from engine.job_method import load_denoiser, make_method
from engine.methods.chunk import Chunk
from engine.methods.method import Method, paint
from engine.methods.per_frame import PerFrame
from engine.painting import Painting
from engine.run import prepare
from models.loading import Checkpoint
from models.registry import registered_models

OnLine = Callable[[str], None]
PROMPT = "a ball made of red brick on grass under a clear sky"
CHUNK = 32
FEW, SHORT, LONG = 4, 24, 240
"""Frames."""
MOST_OPERATIONS = {24: 1.35, 200: 1.20}
MOST_MEMORY = 1.05
MOST_SURFACE = 0.03
SURFACE_OPERATIONS = ("aten::embedding_bag", "aten::index", "aten::lerp")
"""What gathers features onto surfaces and mixes them into frames; nothing else calls these."""
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command and prints the most memory it held: a process knows that of all its children together only."""


def bench_generate(model: str, steps: int, on_line: OnLine) -> None:
    """Tells `on_line` all three. Raises OverpaintError where a run fails."""
    count_operations(on_line)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = registered_models()["preview"].native_size[0]
        on_line(f"making {LONG} frames of {size}x{size}")
        make_rolling_shot(folder / "shot", Clip(1, LONG), size)
        words = [str(folder / "shot"), "--prompt", PROMPT, "--model", model]
        measure_times([*words, "--steps", str(steps), "--out", str(folder / "times")], on_line)
        measure_memory([*words, "--steps", "2"], folder, on_line)


def count_operations(on_line: OnLine) -> None:
    on_line(f"operations of a frame in Stable Diffusion 1.5 at 512x512, with guidance, in chunks of {CHUNK}:")
    for keyframes in (1, 2, 3, 5, 8):
        cost = count_step(keyframes)
        ratios = ", ".join(f"{cost.ratio(frames, CHUNK):.3f} over {frames} frames" for frames in MOST_OPERATIONS)
        on_line(f"  {keyframes} keyframes: {ratios}, times the {cost.plain / 1e9:.0f} GFLOP of a step without any")
    on_line(f"  (aim with 3: {', '.join(f'{most} over {frames}' for frames, most in MOST_OPERATIONS.items())})")


def measure_times(words: list[str], on_line: OnLine) -> None:
    """Of SHORT frames, by diffusers' pipeline, frame by frame and with keyframes: same weights, steps and batch."""
    options = generate_parser("generate").parse_args([*words, "--clip", f"1-{SHORT}", "--micro-batch", "1"])
    painting, frames = prepare(options)
    be_deterministic(painting.plan.threads)
    denoiser = load_denoiser(painting, lambda message: None)
    inputs = FrameInputs(painting, denoiser.checkpoint)
    _, chunk = inputs.read(frames)

    def with_keyframes(chunk: Chunk) -> None:
        method = make_method(painting, denoiser, inputs, lambda message: None, lambda: None)
        _paint(method, chunk)

    seconds = {
        "diffusers' pipeline": _seconds(lambda: _by_diffusers(denoiser.checkpoint, painting, chunk)),
        "frame by frame": _seconds(lambda: _paint(PerFrame(denoiser), chunk)),
        f"with {len(painting.plan.keyframes)} keyframes": _seconds(lambda: with_keyframes(chunk)),
    }
    theirs = seconds["diffusers' pipeline"]
    on_line(f"time of {SHORT} frames, {painting.job.settings.num_inference_steps} steps, on {painting.device}:")
    for name, taken in seconds.items():
        on_line(f"  {name}: {taken / SHORT:.3f} s a frame, {taken / theirs:.2f} times the pipeline's")
    measure_surface_share(lambda: with_keyframes(chunk[range(FEW)]), painting.device, on_line)


def measure_surface_share(paint_some: Callable[[], None], device: torch.device, on_line: OnLine) -> None:
    """How much of the time goes into gathering features onto surfaces, and into taking them from there."""
    with profile(activities=supported_activities()) as profiler:
        paint_some()
    kind = "cpu" if device.type == "cpu" else "device"
    spent, surface = 0.0, 0.0
    for event in profiler.key_averages():
        spent += getattr(event, f"self_{kind}_time_total")
        surface += getattr(event, f"{kind}_time_total") if event.key in SURFACE_OPERATIONS else 0
    on_line(f"gathering onto surfaces and taking from there: {surface / spent:.2%} of it (aim: {MOST_SURFACE:.0%})")


def measure_memory(words: list[str], folder: Path, on_line: OnLine) -> None:
    """The most that a process holds while it paints SHORT and LONG clips."""
    held = {
        frames: _peak_gigabytes([*words, "--clip", f"1-{frames}"], folder / str(frames)) for frames in (SHORT, LONG)
    }
    ratio = held[LONG] / held[SHORT]
    on_line(
        f"memory: {held[SHORT]:.3f} GB for {SHORT} frames, {held[LONG]:.3f} GB for {LONG}: {ratio:.3f} times as much "
        f"(aim: {MOST_MEMORY})"
    )


def _seconds(work: Callable[[], None]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _paint(method: Method, chunk: Chunk) -> None:
    for _ in paint(method, chunk):
        pass


def _by_diffusers(checkpoint: Checkpoint, painting: Painting, chunk: Chunk) -> None:
    settings = painting.job.settings
    pipeline = StableDiffusionControlNetPipeline(
        vae=checkpoint.vae,
        text_encoder=checkpoint.text_encoder,
        tokenizer=checkpoint.tokenizer,
        unet=checkpoint.unet,
        controlnet=checkpoint.controlnet,
        scheduler=make_scheduler(settings.scheduler, checkpoint.scheduler_config),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    for place in range(len(chunk)):
        pipeline(
            prompt=painting.job.prompt,
            image=chunk.hints[place : place + 1],
            latents=chunk.noise[place : place + 1],
            num_inference_steps=settings.num_inference_steps,
            guidance_scale=settings.guidance_scale,
            output_type="np",
        )


def _peak_gigabytes(words: list[str], out: Path) -> float:
    command = [sys.executable, "-c", MEASURE, sys.executable, "-m", "engine", "generate", *words, "--out", str(out)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if process.returncode:
        raise OverpaintError(f"generate failed: {process.stderr.strip()[-300:]}", "run `generate` by hand")
    return int(process.stdout) * 1024 / 1e9  # Linux counts in KiB
