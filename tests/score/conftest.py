"""A small shot with geometry, and what is measured of several renders of it, all in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.bench.rolling_shot import make_rolling_shot
from engine.contract.frames import Clip
from engine.contract.shot import Shot, read_shot
from engine.pictures import write_picture
from engine.score.filters import blur
from engine.score.known_texture import KnownTexture
from engine.score.measure import Measure
from engine.score.measure import Pictures as ShownPictures
from engine.score.metric import Metric
from engine.score.patches import choose_patches
from engine.score.pictures import Picture
from engine.score.renders import make_render
from engine.score.surface_texels import TexelStore
from engine.score.view import ShotWalk, View
from engine.surface.passes import FramePasses, read_passes
from engine.surface.shot_surfaces import ShotSurfaces
from tests.score.supersampling import make_texture, render_supersampled

SIZE = 96
CLIP = Clip(1, 34, 3)
FRAMES = CLIP.frames
NOISE_VARIANCE = 0.001

Pictures = Mapping[int, np.ndarray]
Values = Mapping[str, Metric]


@pytest.fixture(scope="session")
def rolling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shot folder. Not to be changed by a test."""
    folder = tmp_path_factory.mktemp("rolling") / "shot"
    make_rolling_shot(folder, CLIP, SIZE)
    return folder


@pytest.fixture(scope="session")
def textured(rolling: Path) -> Pictures:
    """Renders of a fixed texture."""
    shot = read_shot(rolling)
    texture = KnownTexture(shot)
    return {frame: texture.paint(read_passes(rolling, shot, frame)).rgb for frame in FRAMES}


@pytest.fixture(scope="session")
def textured_folder(textured: Pictures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as files."""
    folder = tmp_path_factory.mktemp("textured")
    for frame, rgb in textured.items():
        write_picture(folder / f"{frame:04d}.png", rgb, "png16")
    return folder


@pytest.fixture(scope="session")
def measured(rolling: Path, textured: Pictures) -> Mapping[str, Values]:
    """The metrics of the textured frames, of what may be done to them, and of two fixed textures that owe nothing to
    the engine's own, by name."""
    shot, texture = read_shot(rolling), make_texture()
    independent = {
        "waves": {frame: _waves(read_passes(rolling, shot, frame)) for frame in FRAMES},
        "supersampled": {frame: render_supersampled(texture, shot, frame, SIZE) for frame in FRAMES},
    }
    return measure(rolling, {name: spoil(textured) for name, spoil in SPOILT.items()} | independent)


@pytest.fixture(scope="session")
def views(rolling: Path) -> list[View]:
    """Of the first frames."""
    return views_of(rolling)


@pytest.fixture(scope="session")
def noise() -> dict[int, Picture]:
    """Nothing in common from frame to frame."""
    generator = np.random.default_rng(3)
    return {frame: Picture(generator.random((SIZE, SIZE, 3), np.float32)) for frame in FRAMES}


def measure(folder: Path, renders: Mapping[str, Pictures]) -> Mapping[str, Values]:
    shot = read_shot(folder)
    surfaces = ShotSurfaces(folder, shot)
    texels = TexelStore(surfaces)
    made = [make_render(name, name, _reader(pictures)) for name, pictures in renders.items()]
    walk = ShotWalk(surfaces, FRAMES, texels)
    for view in walk.views(choose_patches(surfaces, FRAMES, 64, texels.atlas)):
        for render in made:
            render.add(view, walk.remembered(view.frame))
    return {render.key: {metric.definition.key: metric for metric in render.metrics()} for render in made}


def run(measure: Measure, views: Sequence[View], pictures: Mapping[int, Picture]) -> dict[str, Metric]:
    """What a measure has of some frames, by the metric's key."""
    for view in views:
        picture = pictures[view.frame]
        colours = [picture.rgb.reshape(-1, 3)[texels.pixel] for texels in view.texels]
        earlier = {frame: shown for frame, shown in pictures.items() if frame < view.frame}
        measure.add(view, ShownPictures(picture, colours, earlier))
    return {metric.definition.key: metric for metric in measure.metrics()}


def pixels(mask: np.ndarray) -> Iterator[tuple[int, int]]:
    """The rows and columns of a mask's pixels."""
    yield from zip(*(places.tolist() for places in np.nonzero(mask)), strict=True)


def value(values: Values, key: str) -> float:
    found = values[key].value
    assert found is not None, values[key].why_not
    return found


def views_of(folder: Path, frames: Sequence[int] = FRAMES[:3], shot: Shot | None = None) -> list[View]:
    """The views of some frames, of `shot` in place of the folder's own."""
    surfaces = ShotSurfaces(folder, shot or read_shot(folder))
    return list(ShotWalk(surfaces, frames, TexelStore(surfaces)).views())


def _waves(passes: FramePasses) -> np.ndarray:
    """So soft that no pixel's place in it matters much."""
    u, v = np.moveaxis(passes.uv, -1, 0) * 2 * np.pi
    waves = np.stack([np.sin(2 * u), np.sin(3 * v), np.sin(u + 2 * v)], axis=-1)
    return np.where(passes.is_surface[..., None], 0.5 + 0.2 * waves, 0.5)


def _reader(pictures: Pictures) -> Callable:
    return lambda view: Picture(pictures[view.frame].astype(np.float32))


def _noisy(pictures: Pictures) -> Pictures:
    generator = np.random.default_rng(5)
    sigma = np.sqrt(NOISE_VARIANCE)
    return {frame: rgb + generator.normal(0, sigma, rgb.shape) for frame, rgb in pictures.items()}


def _stuck(pictures: Pictures) -> Pictures:
    """One pattern on the screen, whatever moves below it, lit as the objects are."""
    pattern = np.random.default_rng(6).random((SIZE, SIZE, 3))
    return {frame: blur_all(rgb, 4) + 0.2 * (pattern - 0.5) for frame, rgb in pictures.items()}


def _shuffled(pictures: Pictures) -> Pictures:
    order = np.random.default_rng(7).permutation(FRAMES)
    return {frame: pictures[other] for frame, other in zip(FRAMES, order, strict=True)}


def blur_all(rgb: np.ndarray, sigma: float) -> np.ndarray:
    return np.stack([blur(np.ascontiguousarray(rgb[..., channel]), sigma) for channel in range(3)], axis=-1)


SPOILT: Mapping[str, Callable[[Pictures], Pictures]] = {
    "textured": lambda pictures: pictures,
    "noisy": _noisy,
    "stuck": _stuck,
    "frozen": lambda pictures: dict.fromkeys(FRAMES, pictures[FRAMES[0]]),
    "blurred": lambda pictures: {frame: blur_all(rgb, 3) for frame, rgb in pictures.items()},
    "shuffled": _shuffled,
}
