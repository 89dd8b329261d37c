import torch

from models.preview.world.captions import (
    GROUND_WORDS,
    MATERIAL_WORDS,
    SHAPE_WORDS,
    SKY_WORDS,
    caption,
    known_words,
    plain_caption,
)
from models.preview.world.looks import GROUNDS, MATERIALS, SHAPES, SKIES, Look, random_look


def test_a_plain_caption_names_everything() -> None:
    assert plain_caption(Look("robot", "rusty iron", "sand", "sunset")) == (
        "a robot made of rusty iron on sand at sunset"
    )
    assert plain_caption(Look("arch", "gold", "grass", "night", second_shape="ball")) == (
        "an arch and a ball made of gold on grass at night"
    )


def test_every_name_has_words() -> None:
    assert tuple(SHAPE_WORDS) == SHAPES
    assert tuple(MATERIAL_WORDS) == MATERIALS
    assert tuple(GROUND_WORDS) == GROUNDS
    assert tuple(SKY_WORDS) == SKIES


def test_every_word_of_a_caption_is_known() -> None:
    generator = torch.Generator().manual_seed(1)
    captions = [caption(random_look(generator), generator) for _ in range(2000)]
    assert {word for text in captions for word in text.split()} <= set(known_words())


def test_the_words_of_common_prompts_are_known() -> None:
    prompts = (
        "a rusty robot in a desert",
        "a walking person made of red brick on grass under a clear blue sky",
        "a golden statue in the snow at night",
        "a wooden chair on mars",
    )
    assert {word for prompt in prompts for word in prompt.split()} <= set(known_words())


def test_captions_of_one_look_vary_and_drop_words() -> None:
    look, generator = Look("person", "oak wood", "sand", "sunset"), torch.Generator().manual_seed(2)
    captions = {caption(look, generator) for _ in range(300)}
    assert len(captions) > 50
    assert any("wood" not in text and "oak" not in text for text in captions)
    assert any(text.split()[-1] in {"sand", "desert", "beach"} for text in captions)


def test_one_seed_gives_one_caption() -> None:
    look = Look("dog", "ice", "sand", "fog")
    first, again = (caption(look, torch.Generator().manual_seed(3)) for _ in range(2))
    assert first == again
