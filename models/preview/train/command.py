"""The options of the training command, and what they start."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

import torch
from transformers.utils import logging as transformers_logging

from models.preview.train.recipe import RECIPES, Recipe

logger = logging.getLogger(__name__)


def add_options(parser: argparse.ArgumentParser) -> None:
    has_cuda = torch.cuda.is_available()
    parser.add_argument("--recipe", choices=RECIPES, default="gpu" if has_cuda else "cpu", help="default: %(default)s")
    parser.add_argument("--work", type=Path, default=Path("out/train"), metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--pictures", type=int, metavar="N", help="how many to train on")
    parser.add_argument("--vae-minutes", type=float, metavar="M", help="training time of the VAE")
    parser.add_argument("--decoder-minutes", type=float, metavar="M", help="more of it, for its decoder at the end")
    parser.add_argument("--minutes", type=float, metavar="M", help="training time of UNet, ControlNet and text encoder")
    parser.add_argument("--start-from", type=Path, metavar="CHECKPOINT", help="an earlier checkpoint to train further")
    parser.add_argument("--device", default="cuda" if has_cuda else "cpu", help="default: %(default)s")


def run(options: argparse.Namespace) -> int:
    """Trains, telling the terminal how it goes, and returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s  %(message)s", datefmt="%H:%M:%S")
    transformers_logging.set_verbosity_error()  # it warns of what no network here needs, as soon as it is imported
    from models.preview.train.session import Session

    recipe = _adjusted(RECIPES[options.recipe], options)
    checkpoint = Session(recipe, options.work, torch.device(options.device), options.start_from).run()
    logger.info("checkpoint: %s", checkpoint)
    return 0


def _adjusted(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    """The recipe, but for what the options say."""
    return replace(
        recipe,
        corpus=replace(recipe.corpus, pictures=options.pictures or recipe.corpus.pictures),
        vae=replace(
            recipe.vae,
            minutes=options.vae_minutes or recipe.vae.minutes,
            decoder_minutes=options.decoder_minutes or recipe.vae.decoder_minutes,
        ),
        denoiser=replace(recipe.denoiser, minutes=options.minutes or recipe.denoiser.minutes),
    )
