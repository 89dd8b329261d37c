"""Trains UNet, ControlNet and text encoder together, from scratch, to predict v from noisy latents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from diffusers.training_utils import EMAModel
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_

from models.loading import Checkpoint
from models.preview.train.batches import Batch, fixed_batches, plain_hint, random_batch
from models.preview.train.corpus import render_pictures
from models.preview.train.examples import Examples
from models.preview.train.gradients import ThreadedGradients
from models.preview.train.loop import current_phase, learning_rate_factor
from models.preview.train.networks import make_scheduler, predict
from models.preview.train.recipe import Recipe
from models.preview.train.release import write_checkpoint
from models.preview.train.sheet import generate, save_sheet
from models.preview.train.vae import encode
from models.preview.world.captions import plain_caption

REVIEWED = 128
REVIEWED_TOGETHER = 32
SHOWN = 12
SEED = 4


class DenoiserTraining:
    name = "denoiser"

    def __init__(
        self, recipe: Recipe, checkpoint: Checkpoint, pictures: Examples, held_out: Examples, work: Path
    ) -> None:
        self.recipe = recipe
        self.checkpoint = checkpoint
        self.examples = encode(checkpoint.vae, pictures)
        self.held_out = held_out.first(REVIEWED)
        self.work = work
        self.networks = nn.ModuleDict(
            {"unet": checkpoint.unet, "controlnet": checkpoint.controlnet, "text_encoder": checkpoint.text_encoder}
        )
        self.networks.train()
        for network in (checkpoint.unet, checkpoint.controlnet):
            network.to(memory_format=torch.channels_last)
        self.scheduler = make_scheduler()
        self.generator = torch.Generator().manual_seed(recipe.seed + SEED)
        self.optimizer = torch.optim.AdamW(self.networks.parameters(), betas=(0.9, 0.99), fused=True)
        self.ema = EMAModel(self.networks.parameters(), decay=recipe.denoiser.ema_decay, foreach=True)
        self.gradients = ThreadedGradients(recipe.threads)
        self.least_loss = float("inf")

    def step(self, share: float) -> float:
        self._renew_examples()
        self.optimizer.param_groups[0]["lr"] = self.recipe.denoiser.learning_rate * learning_rate_factor(share)
        phase = current_phase(self.recipe.denoiser.phases, share)
        batch = random_batch(self.examples, self.checkpoint.tokenizer, phase, self.generator)
        parameters = list(self.networks.parameters())
        loss = self.gradients.set(parameters, self._loss, batch.split(self.recipe.threads))
        if clip_grad_norm_(parameters, 1.0).isfinite():  # half precision may overflow
            self.optimizer.step()
        self.ema.step(parameters)
        return loss

    @torch.no_grad()
    def review(self, step: int) -> dict[str, float]:
        """The averaged weights' loss on held-out pictures; they become the checkpoint if it is the least so far."""
        with self._averaged_weights():
            latents = encode(self.checkpoint.vae, self.held_out)
            batches = fixed_batches(latents, self.checkpoint.tokenizer, REVIEWED_TOGETHER)
            loss = torch.stack([self._loss(batch) for batch in batches]).mean().item()
            if loss < self.least_loss:
                self.least_loss = loss
                write_checkpoint(self.checkpoint, self.work / "tokenizer", self.work / "checkpoint")
            self._save_sheet(step)
        return {"held_out_loss": loss}

    def state_dict(self) -> dict[str, Any]:
        return {
            "networks": self.networks.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "ema": self.ema.state_dict(),
            "generator": self.generator.get_state(),
            "least_loss": self.least_loss,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.networks.load_state_dict(state["networks"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.ema.load_state_dict(state["ema"])
        self.ema.to(self.examples.values.device)
        self.generator.set_state(state["generator"])
        self.least_loss = state["least_loss"]

    def _loss(self, batch: Batch) -> Tensor:
        """Plain mean squared error of v: weights that fade at high noise leave skies and hues unlearned."""
        noisy_latents = self.scheduler.add_noise(batch.latents, batch.noise, batch.timesteps)
        velocity = self.scheduler.get_velocity(batch.latents, batch.noise, batch.timesteps)
        with torch.autocast(velocity.device.type, torch.bfloat16):
            v_pred = predict(
                self.checkpoint, noisy_latents, batch.timesteps, batch.hint, batch.token_ids, batch.conditioning_scale
            )
        return functional.mse_loss(v_pred.float(), velocity)

    def _save_sheet(self, step: int) -> None:
        shown = self.held_out.first(SHOWN)
        hints = plain_hint(shown)
        generated = generate(self.checkpoint, hints, [plain_caption(look) for look in shown.looks])
        depth = hints[:, None].expand(-1, 3, -1, -1)
        save_sheet(self.work / "sheets" / f"denoiser-{step:06}.png", [shown.values / 255, depth, generated])

    @contextmanager
    def _averaged_weights(self) -> Iterator[None]:
        """Puts the moving average of the weights into the networks while the block runs."""
        self.ema.store(self.networks.parameters())
        self.ema.copy_to(self.networks.parameters())
        self.networks.eval()
        try:
            yield
        finally:
            self.ema.restore(self.networks.parameters())
            self.networks.train()

    def _renew_examples(self) -> None:
        if count := self.recipe.corpus.renewed_per_step:
            fresh = render_pictures(self.recipe, count, self.generator, self.examples.values.device)
            self.examples.renew(encode(self.checkpoint.vae, fresh))
