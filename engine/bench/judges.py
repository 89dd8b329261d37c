"""Judges of the preview's pictures, trained on the renderer's own: what an object is made of, and where it lies."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from engine.bench import exhibits
from engine.bench.exhibits import render_exhibits
from engine.contract.files import atomic
from engine.contract.hashing import content_hash, file_hash
from models.preview import world
from models.preview.world.looks import GROUNDS, MATERIALS, SHAPES, SKIES, Look

OnLine = Callable[[str], None]


@dataclass(frozen=True)
class JudgeSettings:
    """How the judges are trained."""

    size: int
    """Of the pictures, in pixels."""
    pictures: int = 3000
    classifier_steps: int = 1500
    classifier_crop: int = 64
    """The classifier sees crops around a pixel of the object, which are cheap and never the same."""
    segmenter_steps: int = 900
    batch: int = 32
    segmenter_batch: int = 16
    learning_rate: float = 4e-3
    seed: int = 0


class MaterialClassifier(nn.Module):
    """Knows a material by the object's pixels alone: the others are blanked, features are pooled over the object."""

    def __init__(self, materials: int) -> None:
        super().__init__()
        self.features = nn.Sequential(_block(4, 32, 2), _block(32, 64, 2), _block(64, 96), _block(96, 128, 2))
        self.head = nn.Linear(128, materials)

    def forward(self, pictures: Tensor, is_object: Tensor) -> Tensor:
        """Logits (batch, materials) for pictures (batch, 3, size, size) and masks (batch, size, size)."""
        mask = is_object[:, None].to(pictures.dtype)
        features = self.features(torch.cat([(pictures - 0.5) * mask, mask], dim=1))
        shares = functional.adaptive_avg_pool2d(mask, features.shape[-2:])
        return self.head((features * shares).sum((2, 3)) / shares.sum((2, 3)))


class Segmenter(nn.Module):
    """Finds the object in a picture: a small U-Net, which decides at half the picture's size."""

    def __init__(self) -> None:
        super().__init__()
        self.first = _block(3, 24, 2)
        self.down = nn.ModuleList([_block(24, 48, 2), _block(48, 96, 2), _block(96, 96, 2)])
        self.up = nn.ModuleList([_block(96 + 96, 64), _block(64 + 48, 32), _block(32 + 24, 24)])
        self.head = nn.Conv2d(24, 1, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (batch, size, size) for pictures (batch, 3, size, size)."""
        skips = [self.first(pictures - 0.5)]
        for block in self.down:
            skips.append(block(skips[-1]))
        features = skips.pop()
        for block in self.up:
            features = block(torch.cat([_resized(features, skips[-1]), skips.pop()], dim=1))
        return _resized(self.head(features), pictures)[:, 0]


class Judges(nn.Module):
    """Both of them."""

    def __init__(self) -> None:
        super().__init__()
        self.classifier = MaterialClassifier(len(MATERIALS))
        self.segmenter = Segmenter()

    @torch.inference_mode()
    def materials(self, pictures: Tensor, is_object: Tensor) -> Tensor:
        """(pictures,) the place in MATERIALS of what the objects seem to be made of."""
        pairs = zip(pictures.split(32), is_object.split(32), strict=True)
        return torch.cat([self.classifier(*pair).argmax(1) for pair in pairs])

    @torch.inference_mode()
    def objects(self, pictures: Tensor) -> Tensor:
        """(pictures, size, size) bool: where the objects seem to be."""
        return torch.cat([self.segmenter(some) > 0 for some in pictures.split(32)])


def provide_judges(folder: Path, settings: JudgeSettings, on_line: OnLine) -> Judges:
    """The judges kept in `folder`, trained and kept there if they are not: a few minutes on two cores."""
    path = folder / f"{_made_of(settings)[:16]}.safetensors"
    if path.is_file():
        judges = Judges()
        judges.load_state_dict(load_file(path))
        return judges.eval()
    judges = train_judges(settings, on_line)
    with atomic(path) as temporary:
        save_file(judges.state_dict(), temporary)
    return judges


def train_judges(settings: JudgeSettings, on_line: OnLine) -> Judges:
    """Trains both on looks of every kind, so that none seems less likely for being rare or new."""
    judges = _untrained(settings.seed)
    on_line(f"rendering {settings.pictures} pictures to train the judges on")
    shown = render_exhibits(tuple(_looks(settings)), settings.size, settings.seed)
    materials, chance = shown.materials, torch.Generator().manual_seed(settings.seed)

    def material_loss() -> Tensor:
        batch = torch.randint(len(materials), (settings.batch,), generator=chance)
        crops = _crops(shown.pictures[batch], shown.is_object[batch], settings.classifier_crop, chance)
        return functional.cross_entropy(judges.classifier(*crops), materials[batch])

    def mask_loss() -> Tensor:
        batch = torch.randint(len(materials), (settings.segmenter_batch,), generator=chance)
        logits, target = judges.segmenter(shown.pictures[batch]), shown.is_object[batch].float()
        share = logits.sigmoid()
        dice = 2 * (share * target).sum((1, 2)) / (share + target).sum((1, 2))
        return functional.binary_cross_entropy_with_logits(logits, target) + 1 - dice.mean()

    on_line(f"training the judge of materials, {settings.classifier_steps} steps")
    _fit(judges.classifier, material_loss, settings.classifier_steps, settings)
    on_line(f"training the judge of places, {settings.segmenter_steps} steps")
    _fit(judges.segmenter, mask_loss, settings.segmenter_steps, settings)
    return judges.eval()


def _fit(judge: nn.Module, loss: Callable[[], Tensor], steps: int, settings: JudgeSettings) -> None:
    judge.train()
    optimizer = torch.optim.AdamW(judge.parameters(), settings.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=steps)
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        schedule.step()


def _crops(pictures: Tensor, is_object: Tensor, side: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Squares of the pictures and of their masks, each around a pixel of the object, half of them mirrored."""
    crops, masks = [], []
    for picture, mask in zip(pictures, is_object, strict=True):
        pixels = mask.nonzero()
        middle = pixels[torch.randint(len(pixels), (), generator=chance)]
        row, column = (middle - side // 2).clamp(0, mask.shape[-1] - side).tolist()
        square = (..., slice(row, row + side), slice(column, column + side))
        is_mirrored = torch.rand((), generator=chance) < 0.5
        crops.append(picture[square].flip(-1) if is_mirrored else picture[square])
        masks.append(mask[square].flip(-1) if is_mirrored else mask[square])
    return torch.stack(crops), torch.stack(masks)


def _looks(settings: JudgeSettings) -> Iterator[Look]:
    """Materials and shapes in turn, so that there are equally many of each; grounds and skies by chance."""
    chance = random.Random(settings.seed)
    for index in range(settings.pictures):
        shape = SHAPES[(index // len(MATERIALS) + index) % len(SHAPES)]
        yield Look(shape, MATERIALS[index % len(MATERIALS)], chance.choice(GROUNDS), chance.choice(SKIES))


def _untrained(seed: int) -> Judges:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Judges()


def _block(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(channels_in, channels_out, 3, stride, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(channels_out), nn.ReLU())


def _resized(features: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(features, like.shape[-2:], mode="bilinear")


def _made_of(settings: JudgeSettings) -> str:
    sources = [Path(__file__), Path(exhibits.__file__), *sorted(Path(world.__path__[0]).glob("*.py"))]
    return content_hash(asdict(settings), [file_hash(source) for source in sources])
