from dataclasses import fields
from itertools import combinations

import pytest
import torch
from torch import Tensor

from models.preview.world.looks import GROUNDS, MATERIALS, SHAPES, SKIES, Look
from models.preview.world.render import Pictures, camera_rays, render
from models.preview.world.scenes import sample_scenes
from models.preview.world.shading import shade
from models.preview.world.visibility import first_surfaces

LOOK = Look("person", "rusty iron", "red earth", "sunset", second_shape="robot")
SIZE = 32


def pictures_of(look: Look, count: int = 1, seed: int = 0) -> Pictures:
    return render(sample_scenes(look, count, torch.Generator().manual_seed(seed)), SIZE)


def test_one_seed_gives_one_picture() -> None:
    first, again = pictures_of(LOOK, seed=7), pictures_of(LOOK, seed=7)
    for field in fields(Pictures):
        assert getattr(first, field.name).equal(getattr(again, field.name))
    assert not first.color.equal(pictures_of(LOOK, seed=8).color)


def test_a_picture_does_not_depend_on_its_batch() -> None:
    alone, among = pictures_of(LOOK), pictures_of(LOOK, count=3)
    assert (alone.is_object[0] == among.is_object[0]).float().mean() > 0.995  # rounding may move an edge
    assert (alone.color[0] - among.color[0]).abs().mean() < 1e-3


def test_pictures_traced_together_equal_those_traced_alone() -> None:
    scenes = sample_scenes(LOOK, 3, torch.Generator().manual_seed(0))
    directions = camera_rays(scenes.cameras, SIZE)
    surfaces = first_surfaces(scenes, directions)
    light = shade(scenes, directions, surfaces)
    for number in range(3):
        one = scenes[number : number + 1]
        alone = first_surfaces(one, directions[number : number + 1])
        assert (alone.kinds[0] == surfaces.kinds[number]).float().mean() > 0.995
        assert (shade(one, directions[number : number + 1], alone)[0] - light[number]).abs().mean() < 2e-3


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_seen_and_finite(shape: str) -> None:
    pictures = pictures_of(Look(shape, "gold", "sand", "clear blue"), count=3)
    assert (pictures.is_object.flatten(1).float().mean(1) > 0.02).all()
    assert pictures.depth[pictures.is_object].isfinite().all()
    assert pictures.depth.min() > 0


@pytest.mark.parametrize(
    "look",
    [Look("bear", material, "sand", "clear blue") for material in MATERIALS]
    + [Look("arch", "gold", ground, sky) for ground in GROUNDS for sky in SKIES],
    ids=lambda look: f"{look.material}, {look.ground}, {look.sky}",
)
def test_every_look_is_well_exposed(look: Look) -> None:
    color = pictures_of(look).color
    assert color.shape == (1, 3, SIZE, SIZE)
    assert (color.min() >= 0, color.max() <= 1) == (True, True)
    assert 0.05 < color.mean() < 0.95


def test_no_two_materials_look_alike() -> None:
    styles = {material: _style(material) for material in MATERIALS}
    for first, second in combinations(MATERIALS, 2):
        assert (styles[first] - styles[second]).abs().max() > 0.045, f"{first} looks like {second}"


def _style(material: str) -> Tensor:
    """Mean and spread of each channel on the object, and how much neighbours differ."""
    pictures = pictures_of(Look("ball", material, "sand", "overcast"), count=4)
    colors = pictures.color.movedim(1, -1)
    inside = pictures.is_object[:, 1:] & pictures.is_object[:, :-1]
    steps = (colors[:, 1:] - colors[:, :-1]).abs()[inside]
    seen = colors[pictures.is_object]
    return torch.cat((seen.mean(0), seen.std(0), steps.mean(0)))
