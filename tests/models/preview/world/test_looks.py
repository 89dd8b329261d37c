from itertools import product

import torch

from models.preview.world.looks import GROUNDS, MATERIALS, SHAPES, SKIES, Look, is_held_out, random_look


def pair_is_held_out(shape: str, material: str) -> bool:
    return all(is_held_out(Look(shape, material, ground, "clear blue")) for ground in GROUNDS)


def test_the_world_has_the_variety_that_was_asked_for() -> None:
    assert (len(SHAPES) >= 16, len(MATERIALS) >= 18, len(GROUNDS) >= 6, len(SKIES) >= 6) == (True,) * 4


def test_a_tenth_of_the_pairs_of_shape_and_material_is_held_out() -> None:
    held_out = [pair for pair in product(SHAPES, MATERIALS) if pair_is_held_out(*pair)]
    assert len(held_out) == len(SHAPES) * len(MATERIALS) // 10
    assert {shape for shape, _ in held_out} == set(SHAPES)
    assert {material for _, material in held_out} == set(MATERIALS)


def test_the_held_out_pairs_stay_the_same() -> None:
    held_out = {shape: [name for name in MATERIALS if pair_is_held_out(shape, name)] for shape in ("robot", "person")}
    assert held_out == {"robot": ["green moss", "leopard fur"], "person": ["blue ceramic", "rainbow stripes"]}


def test_a_sixteenth_of_the_pairs_of_material_and_ground_is_held_out_too() -> None:
    shown = {material: next(name for name in SHAPES if not pair_is_held_out(name, material)) for material in MATERIALS}
    pairs = product(MATERIALS, GROUNDS)
    held_out = [pair for pair in pairs if is_held_out(Look(shown[pair[0]], *pair, "fog"))]
    assert len(held_out) == len(MATERIALS) * len(GROUNDS) // 16


def test_training_looks_and_held_out_looks_never_meet() -> None:
    generator = torch.Generator().manual_seed(0)
    assert not any(is_held_out(random_look(generator)) for _ in range(200))
    assert all(is_held_out(random_look(generator, held_out=True)) for _ in range(200))


def test_a_second_object_can_make_a_look_held_out() -> None:
    shape, material = next(pair for pair in product(SHAPES, MATERIALS) if pair_is_held_out(*pair))
    shown = next(other for other in SHAPES if not pair_is_held_out(other, material))
    assert is_held_out(Look(shown, material, "sand", "fog", second_shape=shape))
