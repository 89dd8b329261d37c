"""The pictures to train on: rendered into shards by worker processes, or on the device as the training goes."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from engine.contract.files import atomic
from models.preview.train.examples import Examples
from models.preview.train.journal import Journal
from models.preview.train.recipe import CorpusRecipe, Recipe
from models.preview.world.looks import Look, random_look
from models.preview.world.render import render
from models.preview.world.scenes import sample_scenes

TRAINING_SEED, HELD_OUT_SEED = 1, 2


def training_pictures(recipe: Recipe, folder: Path, device: torch.device, journal: Journal) -> Examples:
    """The recipe's pictures; those that worker processes render are kept in `folder`."""
    corpus = recipe.corpus
    if corpus.workers:
        render_shards(recipe, folder, journal)
        return read_shards(folder, corpus, device)
    generator = torch.Generator().manual_seed(recipe.seed + TRAINING_SEED)
    return render_pictures(recipe, corpus.pictures, generator, device)


def held_out_pictures(recipe: Recipe, device: torch.device) -> Examples:
    """Pictures of looks that are never trained on, always the same."""
    generator = torch.Generator().manual_seed(recipe.seed + HELD_OUT_SEED)
    return render_pictures(recipe, recipe.corpus.held_out, generator, device, held_out=True)


@torch.no_grad()
def render_pictures(
    recipe: Recipe, count: int, generator: torch.Generator, device: torch.device, held_out: bool = False
) -> Examples:
    """Renders `count` pictures of random looks, a few of each look together."""
    parts = []
    for start in range(0, count, recipe.corpus.per_look):
        look = random_look(generator, held_out=held_out)
        scenes = sample_scenes(look, min(recipe.corpus.per_look, count - start), generator, device)
        pictures = render(scenes, recipe.size)
        color = (pictures.color * 255).round().to(torch.uint8).contiguous()
        parts.append(Examples(color, (1 / pictures.depth).half(), [look] * len(color)))
    return Examples.joined(parts)


def render_shards(recipe: Recipe, folder: Path, journal: Journal) -> None:
    """Renders the shards that `folder` lacks, each by one process and one thread."""
    missing = [shard for shard in _shards(folder, recipe.corpus) if not shard[1].exists()]
    if not missing:
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(recipe.corpus.workers, spawn, torch.set_num_threads, (1,)) as workers:
        rendering = [workers.submit(_render_shard, recipe, *shard) for shard in missing]
        try:
            for done, shard in enumerate(as_completed(rendering), start=1):
                shard.result()
                journal.write("corpus", shards=done, of=len(missing))
        finally:
            workers.shutdown(cancel_futures=True)


def read_shards(folder: Path, corpus: CorpusRecipe, device: torch.device) -> Examples:
    return Examples.joined([_read_shard(path, device) for _, path, _ in _shards(folder, corpus)])


def _shards(folder: Path, corpus: CorpusRecipe) -> Iterator[tuple[int, Path, int]]:
    """Number, path and count of pictures of every shard."""
    for number, start in enumerate(range(0, corpus.pictures, corpus.per_shard)):
        yield number, folder / f"{number:04}.safetensors", min(corpus.per_shard, corpus.pictures - start)


def _render_shard(recipe: Recipe, number: int, path: Path, count: int) -> None:
    generator = torch.Generator().manual_seed(1_000_003 * (recipe.seed + TRAINING_SEED) + number)
    pictures = render_pictures(recipe, count, generator, torch.device("cpu"))
    looks = json.dumps([asdict(look) for look in pictures.looks])
    with atomic(path) as temporary:
        tensors = {"color": pictures.values, "inverse_depth": pictures.inverse_depth}
        save_file(tensors, temporary, metadata={"looks": looks})


def _read_shard(path: Path, device: torch.device) -> Examples:
    with safe_open(path, framework="pt", device=str(device)) as shard:
        looks = [Look(**look) for look in json.loads(shard.metadata()["looks"])]
        return Examples(shard.get_tensor("color"), shard.get_tensor("inverse_depth"), looks)
