"""The method that a job asks for, ready to paint."""

from __future__ import annotations

from dataclasses import replace

import torch

from engine.clock import CheckCancelled, Clock
from engine.contract.job import SurfaceSettings
from engine.contract.messages import Emit, Warned
from engine.denoise.compiling import BACKEND
from engine.denoise.denoiser import Denoiser
from engine.denoise.guidance import is_guided
from engine.denoise.prompt import unknown_words
from engine.frame_inputs import FrameInputs
from engine.home import overpaint_home
from engine.methods.generative_rendering import GenerativeRendering
from engine.methods.keyframes import Keyframes, KeyframeSteps
from engine.methods.method import Method
from engine.methods.per_frame import PerFrame
from engine.painting import Painting
from models.loading import load_checkpoint
from models.memory import explained_out_of_memory

KEYFRAMES_FILE = "keyframes.safetensors"


def load_denoiser(painting: Painting, emit: Emit) -> Denoiser:
    """Tells what of the prompt the model will not read. Raises ModelInvalid, WeightsMissing or OutOfMemory."""
    job, models, plan = painting.job, painting.models, painting.plan
    dtype = getattr(torch, plan.dtype)
    checkpoint = load_checkpoint(
        models.model, models.controlnet, job.loras, painting.device, dtype, overpaint_home(), models.vae
    )
    backend = BACKEND if plan.compile else None
    denoiser = Denoiser(checkpoint, job.prompt, job.negative_prompt, job.settings, plan.micro_batch, backend)
    for name, cut in (("prompt", denoiser.cut_prompt), ("negative prompt", denoiser.cut_negative_prompt)):
        if cut:
            emit(Warned(f'the {name} is longer than the text encoder takes; this was cut: "{cut}"'))
    read = f"{job.prompt} {job.negative_prompt}" if is_guided(job.settings.guidance_scale) else job.prompt
    if unknown := unknown_words(read, checkpoint.known_words):
        emit(Warned(f"the model was not trained with these words, and may ignore them: {', '.join(unknown)}"))
    return denoiser


def make_method(
    painting: Painting, denoiser: Denoiser, inputs: FrameInputs, emit: Emit, check_cancelled: CheckCancelled
) -> Method:
    """The keyframes that a method needs are denoised first, unless the job's folder holds what became of them."""
    job, plan = painting.job, painting.plan
    if job.method == "per-frame":
        return PerFrame(denoiser)
    if job.redraws_keyframes:
        return GenerativeRendering(denoiser, job.seed)
    wanted = job.settings.surface.keyframes
    if len(plan.keyframes) < wanted != SurfaceSettings.keyframes:  # nobody asked for the usual number
        emit(Warned(f"{wanted} keyframes are asked for; there are {len(plan.keyframes)} frames"))
    _, chunk = inputs.read(plan.keyframes, check_cancelled)
    keyframes = Keyframes.of(replace(chunk, hints=denoiser.embed_hints(chunk.hints)), painting.device)
    path = painting.folder / KEYFRAMES_FILE
    steps = KeyframeSteps.load(path, painting.job_hash, painting.device)
    if steps is None:
        clock = Clock("keyframes", painting, len(plan.keyframes), emit, check_cancelled)
        clock.start_chunk(plan.keyframes)
        with explained_out_of_memory("try fewer --keyframes, or a smaller --micro-batch or --resolution"):
            steps = GenerativeRendering(denoiser, job.seed).sample_keyframes(
                keyframes, clock.on_step, clock.on_micro_batch
            )
        steps.save(path, painting.job_hash)
    return GenerativeRendering(denoiser, job.seed, keyframes, steps)
