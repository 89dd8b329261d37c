"""How good the preview's pictures are: right material, right place, the prompt where it belongs, and sharpness.

Judged on looks that were never trained on, against the renderer's own pictures of the same scenes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from engine.bench.exhibits import Exhibits, render_exhibits
from engine.bench.judges import Judges, JudgeSettings, OnLine, provide_judges
from engine.bench.preview_sheet import write_preview_sheet
from engine.contract.job import Settings
from engine.denoise.denoiser import Denoiser
from engine.device import choose_device
from engine.methods.chunk import Chunk
from engine.methods.method import paint
from engine.methods.per_frame import PerFrame
from engine.surface.noise import frame_noise
from models.loading import Checkpoint, load_checkpoint
from models.preview.world.captions import plain_caption
from models.preview.world.looks import GROUNDS, MATERIALS, SKIES, Look, random_look
from models.registry import registered_models, resolve, usual_guidance_scale

PREVIEW = "preview"
"""The registered model: whatever is judged is painted in its size and with its guidance."""
STEPS = 20
SEED = 1
"""Of the judged scenes; the judges are trained on others."""
SHEET_SHAPES = ("robot", "ball", "dog", "tower")


@dataclass(frozen=True)
class Judgement:
    """One figure and what it should reach."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def passed(self) -> bool:
        is_enough = self.at_least is None or self.value >= self.at_least
        return is_enough and (self.at_most is None or self.value <= self.at_most)

    def __str__(self) -> str:
        figure = f"{self.name:58} {self.value:6.3f}"
        if self.at_least is None:
            return figure
        bar = f"at least {self.at_least:g}" + ("" if self.at_most is None else f", at most {self.at_most:g}")
        return f"{figure}   {'passed' if self.passed else 'missed'} ({bar})"


@dataclass(frozen=True)
class Painter:
    """A model that paints rendered scenes by the very method that jobs are painted with."""

    checkpoint: Checkpoint
    settings: Settings

    @classmethod
    def load(cls, model: str, home: Path) -> Painter:
        settings = Settings(STEPS, usual_guidance_scale(PREVIEW), scheduler="ddim")
        return cls(load_checkpoint(resolve(model, home), device=choose_device("auto"), home=home), settings)

    def paint(self, looks: Sequence[Look], hints: Tensor) -> Tensor:
        """(pictures, 3, height, width) float32 in [0, 1]: a look's caption is the prompt, its place the noise."""
        pictures = [self._paint(place, look, hints[place : place + 1]) for place, look in enumerate(looks)]
        return torch.cat(pictures).permute(0, 3, 1, 2)

    def _paint(self, place: int, look: Look, hint: Tensor) -> Tensor:
        height, width = (side // self.checkpoint.vae_scale_factor for side in hint.shape[-2:])
        noise = torch.from_numpy(frame_noise(SEED, place, height, width))[None]
        method = PerFrame(Denoiser(self.checkpoint, plain_caption(look), "", self.settings))
        return torch.stack(list(paint(method, Chunk((place,), hint, noise))))


def bench_preview(model: str, images: int, home: Path, on_line: OnLine, sheet: Path | None = None) -> list[Judgement]:
    """Judges a model on `images` held-out looks, and writes a contact sheet if one is asked for.

    Raises ModelInvalid or WeightsMissing for the model, OutputUnwritable for the sheet.
    """
    torch.set_num_threads(os.cpu_count() or 1)
    painter = Painter.load(model, home)
    size = registered_models()[PREVIEW].native_size[0]
    judges = provide_judges(home / "judges", JudgeSettings(size), on_line)
    on_line(f"painting {images} looks that were never trained on, {size}x{size}, {STEPS} steps, twice")
    chance = torch.Generator().manual_seed(SEED)
    shown = render_exhibits([random_look(chance, held_out=True) for _ in range(images)], size, SEED)
    painted = painter.paint(shown.looks, shown.hints)
    repainted = painter.paint([_of_another_material(look) for look in shown.looks], shown.hints)
    if sheet:
        _write_sheet(sheet, painter, size, on_line)
    return judge(judges, shown, painted, repainted)


def judge(judges: Judges, shown: Exhibits, painted: Tensor, repainted: Tensor) -> list[Judgement]:
    """All judgements on pictures (pictures, 3, size, size) of the rendered scenes; `repainted` with other materials."""
    rendered_iou = _iou(judges.objects(shown.pictures), shown.is_object)
    painted_iou = _iou(judges.objects(painted), shown.is_object)
    return [
        Judgement("material, share right on renders", _share_right(judges, shown, shown.pictures), 0.95),
        Judgement("material, share right on painted pictures", _share_right(judges, shown, painted), 0.90),
        Judgement("object's place, IoU on renders", rendered_iou),
        Judgement("object's place, IoU on painted pictures", painted_iou),
        Judgement("object's place, IoU over that on renders", painted_iou / max(rendered_iou, 1e-6), 0.95),
        Judgement("another material, change of the object over the rest", _change_ratio(shown, painted, repainted), 5),
        Judgement("sharpness over that of renders", sharpness(painted) / sharpness(shown.pictures), 0.5, 2),
    ]


def sharpness(pictures: Tensor) -> float:
    """Variance of the Laplacian of the pictures' grey values."""
    laplacian = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])[None, None]
    return float(functional.conv2d(pictures.mean(1, keepdim=True), laplacian).var())


def _share_right(judges: Judges, shown: Exhibits, pictures: Tensor) -> float:
    return float((judges.materials(pictures, shown.is_object) == shown.materials).float().mean())


def _iou(found: Tensor, is_object: Tensor) -> float:
    """Intersection over union of masks (pictures, size, size), the mean over the pictures."""
    intersection, union = (found & is_object).sum((1, 2)), (found | is_object).sum((1, 2))
    return float((intersection / union.clamp(min=1)).mean())


def _change_ratio(shown: Exhibits, painted: Tensor, repainted: Tensor) -> float:
    """How much the objects' pixels changed for each change of the others', as means over all pictures."""
    change = (repainted - painted).abs().mean(1)
    return float(change[shown.is_object].mean() / change[~shown.is_object].mean().clamp(min=1e-6))


def _of_another_material(look: Look) -> Look:
    """The material halfway round the list: always another one, and never by chance."""
    place = MATERIALS.index(look.material) + len(MATERIALS) // 2
    return replace(look, material=MATERIALS[place % len(MATERIALS)])


def _write_sheet(path: Path, painter: Painter, size: int, on_line: OnLine) -> None:
    on_line(f"painting {len(MATERIALS)} materials on {len(SHEET_SHAPES)} shapes for {path}")
    looks = [
        Look(shape, material, GROUNDS[(row + column) % len(GROUNDS)], SKIES[(row + 2 * column) % len(SKIES)])
        for row, shape in enumerate(SHEET_SHAPES)
        for column, material in enumerate(MATERIALS)
    ]
    shown = render_exhibits(looks, size, SEED + 1)
    write_preview_sheet(path, looks, painter.paint(looks, shown.hints), shown.pictures)
