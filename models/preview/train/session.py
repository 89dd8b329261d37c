"""From nothing to a checkpoint, stage by stage; what the work folder already holds is not done again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from transformers import CLIPTokenizer

from engine.contract.files import make_folder
from models.loading import Checkpoint, load_checkpoint
from models.networks import load_network
from models.preview.train.corpus import held_out_pictures, training_pictures
from models.preview.train.decoder import DecoderTraining
from models.preview.train.denoiser import DenoiserTraining
from models.preview.train.examples import Examples
from models.preview.train.journal import Journal
from models.preview.train.loop import INTERVALS, Intervals, is_finished, train
from models.preview.train.networks import untrained
from models.preview.train.recipe import Recipe
from models.preview.train.release import publish_vae
from models.preview.train.vae import VaeTraining, fold_statistics
from models.preview.train.vocabulary import make_tokenizer
from models.preview.world.captions import known_words
from models.saving import save_network
from models.vocabulary import KNOWN_WORDS_FILE, load_tokenizer

FOLDED_OVER = 4096  # pictures


@dataclass(frozen=True)
class Session:
    """One training in its work folder."""

    recipe: Recipe
    work: Path
    device: torch.device
    start_from: Path | None = None
    """An earlier checkpoint: its VAE is kept, and the denoiser starts from its weights."""
    intervals: Intervals = INTERVALS

    def run(self) -> Path:
        """Does what is left to do, and returns the checkpoint's folder.

        Raises ModelInvalid or WeightsMissing where `start_from` cannot be loaded, OutputUnwritable.
        """
        make_folder(self.work)
        pictures = training_pictures(self.recipe, self.work / "corpus", self.device, self._journal)
        held_out = held_out_pictures(self.recipe, self.device)
        checkpoint = self._initial_checkpoint()
        checkpoint = replace(checkpoint, vae=self._finished_vae(checkpoint.vae, pictures, held_out))
        self._train_denoiser(checkpoint, pictures, held_out)
        if not self.start_from:
            self._train_decoder(checkpoint.vae, pictures, held_out)
        return self.work / "checkpoint"

    @property
    def _journal(self) -> Journal:
        return Journal(self.work / "log.jsonl")

    def _initial_checkpoint(self) -> Checkpoint:
        if self.start_from:
            checkpoint = load_checkpoint(self.start_from, device=self.device)
            shutil.copytree(self.start_from / "tokenizer", self.work / "tokenizer", dirs_exist_ok=True)
            save_network(checkpoint.vae, self.work / "vae")
            return checkpoint
        return untrained(self.recipe, self._tokenizer(), self.device)

    def _tokenizer(self) -> CLIPTokenizer:
        folder = self.work / "tokenizer"
        return load_tokenizer(folder) if (folder / KNOWN_WORDS_FILE).exists() else make_tokenizer(known_words(), folder)

    def _finished_vae(self, vae: AutoencoderKL, pictures: Examples, held_out: Examples) -> AutoencoderKL:
        folder = self.work / "vae"
        if not (folder / "config.json").exists():  # it is written last
            training = VaeTraining(self.recipe, vae, pictures, held_out, self.work / "sheets")
            budget = 60 * self.recipe.vae.minutes
            train(training, budget, self.work / "vae.state", self._journal, self.intervals)
            fold_statistics(vae, pictures.first(FOLDED_OVER))
            save_network(vae, folder)
        return load_network(AutoencoderKL, folder).to(self.device).requires_grad_(False)

    def _train_denoiser(self, checkpoint: Checkpoint, pictures: Examples, held_out: Examples) -> None:
        budget, state = 60 * self.recipe.denoiser.minutes, self.work / "denoiser.state"
        if not is_finished(state, budget):  # encoding all pictures once more takes minutes
            training = DenoiserTraining(self.recipe, checkpoint, pictures, held_out, self.work)
            train(training, budget, state, self._journal, self.intervals)

    def _train_decoder(self, vae: AutoencoderKL, pictures: Examples, held_out: Examples) -> None:
        training = DecoderTraining(self.recipe, vae, pictures, held_out, self.work / "sheets")
        budget = 60 * self.recipe.vae.decoder_minutes
        train(training, budget, self.work / "decoder.state", self._journal, self.intervals)
        publish_vae(vae, self.work / "checkpoint")
