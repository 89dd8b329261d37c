"""How well surfaces hold their look, part by part of the method, over the example scenes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import torch

from engine.bench.judges import Judges, JudgeSettings, provide_judges
from engine.bench.variants import Scene, Variant
from engine.capturing import capture_scene
from engine.contract.options import capture_parser, generate_parser
from engine.contract.shot import Shot, read_shot
from engine.home import ROOT
from engine.pictures import read_picture
from engine.run import generate
from engine.score.flicker import FLICKER
from engine.score.known_texture import KnownTexture
from engine.score.score import score_renders
from engine.score.scores import RenderScores
from engine.score.sharpness import SHARPNESS
from engine.score.uv_pairs import UV_MSE
from engine.score.uv_variance import UV_VARIANCE
from engine.score.vae import VaeRoundTrip
from engine.score.warp_error import WARP_ERRORS
from engine.surface.passes import read_passes
from models.preview.world.looks import MATERIALS
from models.registry import registered_models, resolve

OnLine = Callable[[str], None]

FLOOR_VAE = "a fixed texture, through the VAE"
FLOOR = "a fixed texture"
SCORED_FLOOR = "floor"
"""What the score calls it."""
METRICS = (UV_MSE, UV_VARIANCE, WARP_ERRORS["1"], WARP_ERRORS["10"], FLICKER, SHARPNESS)
MATERIAL = "material right"
COLUMNS = (*(metric.title for metric in METRICS), MATERIAL)


@dataclass(frozen=True)
class ConsistencySettings:
    """What is painted."""

    model: str
    clip: str
    steps: int
    seeds: int
    scenes: tuple[Scene, ...]
    variants: tuple[Variant, ...]
    judge: bool
    """Whether a judge says if the material is right; training it takes minutes, once."""
    work: Path
    """Keeps shots and jobs: what is there is not done again."""


@dataclass(frozen=True)
class Row:
    """The mean over scenes and seeds of what could be measured."""

    name: str
    values: Mapping[str, float]  # by column


def bench_consistency(settings: ConsistencySettings, home: Path, on_line: OnLine) -> list[Row]:
    """Paints every scene with every variant and seed, and scores them; one row for each variant, then the floors.

    Raises whatever `capture` and `generate` raise.
    """
    size = registered_models()["preview"].native_size[0]
    judges = provide_judges(home / "judges", JudgeSettings(size), on_line) if settings.judge else None
    measured: dict[str, list[Mapping[str, float]]] = {}
    for scene in settings.scenes:
        shot_folder = _captured(scene, settings.work / scene.name / "shot", size)
        shot = read_shot(shot_folder)
        renders = _painted(scene, shot_folder, settings, on_line)
        floors = {FLOOR_VAE: _floor_through_vae(shot_folder, shot, settings.model, home)}
        scores = {
            render.title: render for render in score_renders(shot_folder, {**renders, **floors}, tracks=0).renders
        }
        for title, render in scores.items():
            values = _values(render)
            if judges and title in renders:
                values[MATERIAL] = _share_right(judges, scene, shot_folder, shot, renders[title])
            name = FLOOR if title == SCORED_FLOOR else title.split(" #")[0]
            measured.setdefault(name, []).append(values)
    return [Row(name, _means(values)) for name, values in measured.items()]


def table(rows: Sequence[Row]) -> str:
    """As Markdown."""
    lines = [f"| | {' | '.join(COLUMNS)} |", f"|---|{'---|' * len(COLUMNS)}"]
    for row in rows:
        cells = [f"{row.values[column]:.4g}" if column in row.values else "" for column in COLUMNS]
        lines.append(f"| {row.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _captured(scene: Scene, folder: Path, size: int) -> Path:
    words = [str(ROOT / "examples" / f"{scene.name}.blend"), "--out", str(folder), "--resolution", f"{size}x{size}"]
    capture_scene(capture_parser("capture").parse_args(words), folder, lambda message: None)
    return folder


def _painted(scene: Scene, shot_folder: Path, settings: ConsistencySettings, on_line: OnLine) -> dict[str, Path]:
    """The folders of frames, by variant and seed."""
    folders = {}
    for variant in settings.variants:
        for seed in range(settings.seeds):
            folder = settings.work / scene.name / f"{variant.name}-{seed}"
            words = [str(shot_folder), "--out", str(folder), "--prompt", scene.prompt, "--seed", str(seed)]
            words += ["--model", settings.model, "--steps", str(settings.steps), "--clip", settings.clip]
            options = generate_parser("generate").parse_args([*words, "--scheduler", "ddim", *variant.options])
            finished = generate(options, lambda message: None)
            on_line(f"{scene.name}, {variant.name}, seed {seed}: {finished.written} frames in {finished.seconds:.0f} s")
            folders[f"{variant.name} #{seed}"] = folder / "frames"
    return folders


def _floor_through_vae(shot_folder: Path, shot: Shot, model: str, home: Path) -> dict[int, np.ndarray]:
    texture, vae = KnownTexture(shot), VaeRoundTrip(resolve(model, home))
    return {frame: vae(texture.paint(read_passes(shot_folder, shot, frame))).rgb for frame in shot.frames}


def _values(render: RenderScores) -> dict[str, float]:
    found = {metric.title: render.metrics[metric.key].value for metric in METRICS if metric.key in render.metrics}
    return {title: value for title, value in found.items() if value is not None}


def _share_right(judges: Judges, scene: Scene, shot_folder: Path, shot: Shot, frames: Path) -> float:
    """In how many frames the judge of materials names that of the subject."""
    subject = [item.id for item in shot.objects if item.name in scene.subject]
    pictures, masks = [], []
    for path in sorted(frames.iterdir()):
        shown = np.isin(read_passes(shot_folder, shot, int(path.stem)).object_id, subject)
        if shown.any():
            pictures.append(torch.tensor(read_picture(path)).permute(2, 0, 1) / 255)
            masks.append(torch.from_numpy(shown))
    named = judges.materials(torch.stack(pictures), torch.stack(masks))
    return float((named == MATERIALS.index(scene.material)).float().mean())


def _means(values: Sequence[Mapping[str, float]]) -> dict[str, float]:
    found = {column: [each[column] for each in values if column in each] for column in COLUMNS}
    return {column: fmean(some) for column, some in found.items() if some}
