"""What a look is called: plain captions, and the many ways in which people ask for the same thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch

from models.preview.world.looks import Look

SYNONYM_SHARE = 0.5
ADJECTIVE_SHARE = 0.4
GROUND_DROPPED, SKY_DROPPED, MATERIAL_DROPPED = 0.12, 0.15, 0.05


@dataclass(frozen=True)
class MaterialWords:
    """The first of each is the plain one."""

    nouns: tuple[str, ...]
    """After "made of"."""
    adjectives: tuple[str, ...]
    """Before the shape."""


SHAPE_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ball": ("ball", "sphere"),
        "cube": ("cube", "box", "block"),
        "pillar": ("pillar", "column"),
        "capsule": ("capsule", "pill"),
        "cone": ("cone",),
        "ring": ("ring", "donut"),
        "snowman": ("snowman",),
        "table": ("table",),
        "chair": ("chair",),
        "tree": ("tree",),
        "robot": ("robot",),
        "person": ("person", "figure", "man", "woman", "human", "statue", "walking person", "walking man"),
        "dog": ("dog",),
        "horse": ("horse",),
        "arch": ("arch",),
        "tower": ("tower", "castle"),
        "mushroom": ("mushroom",),
        "rocket": ("rocket",),
        "pyramid": ("pyramid",),
        "cactus": ("cactus",),
        "stairs": ("stairs", "staircase"),
        "bear": ("bear", "teddy bear"),
    }
)

MATERIAL_WORDS: Mapping[str, MaterialWords] = MappingProxyType(
    {
        "rusty iron": MaterialWords(("rusty iron", "rust", "rusty metal"), ("rusty iron", "rusty", "rusty metal")),
        "gold": MaterialWords(("gold", "shiny gold"), ("gold", "golden")),
        "red brick": MaterialWords(("red brick", "bricks", "red bricks"), ("red brick", "brick")),
        "oak wood": MaterialWords(("oak wood", "wood", "oak"), ("oak wood", "wooden", "oak")),
        "white marble": MaterialWords(("white marble", "marble"), ("white marble", "marble")),
        "green moss": MaterialWords(("green moss", "moss"), ("green moss", "mossy", "moss")),
        "snow": MaterialWords(("snow", "white snow"), ("snow", "snowy")),
        "lava": MaterialWords(("lava", "glowing lava"), ("lava", "glowing lava")),
        "blue ceramic": MaterialWords(("blue ceramic", "ceramic", "porcelain"), ("blue ceramic", "ceramic")),
        "zebra stripes": MaterialWords(("zebra stripes", "zebra fur"), ("zebra striped", "zebra")),
        "checkerboard": MaterialWords(("checkerboard", "yellow checkerboard"), ("checkerboard", "checkered")),
        "denim": MaterialWords(("denim", "blue denim", "jeans"), ("denim", "blue denim")),
        "black obsidian": MaterialWords(("black obsidian", "obsidian", "black glass"), ("black obsidian", "obsidian")),
        "green jade": MaterialWords(("green jade", "jade"), ("green jade", "jade")),
        "grey cobblestone": MaterialWords(("grey cobblestone", "cobblestone"), ("grey cobblestone", "stone")),
        "leopard fur": MaterialWords(("leopard fur", "leopard"), ("leopard fur", "leopard", "spotted leopard")),
        "pink bubblegum": MaterialWords(("pink bubblegum", "bubblegum"), ("pink bubblegum", "pink", "bubblegum")),
        "orange wool": MaterialWords(("orange wool", "knitted wool", "wool"), ("orange wool", "knitted", "woolen")),
        "rainbow stripes": MaterialWords(("rainbow stripes", "colorful stripes"), ("rainbow striped", "rainbow")),
        "ice": MaterialWords(("ice", "blue ice", "frozen ice"), ("ice", "icy", "frozen")),
    }
)

GROUND_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sand": ("on sand", "in a desert", "in the desert", "on a beach", "on desert sand", "on a sandy desert"),
        "grass": ("on grass", "on a meadow", "on green grass", "in a meadow", "on a lawn"),
        "snow": ("on snow", "in the snow", "on snowy ground", "on white snow"),
        "stone tiles": ("on stone tiles", "on tiles", "on a tiled floor", "on pavement"),
        "wood planks": ("on wood planks", "on a wooden floor", "on planks", "on wooden planks"),
        "asphalt": ("on asphalt", "on a road", "on a street", "on an asphalt road"),
        "cracked mud": ("on cracked mud", "on dry mud", "on mud", "on dry cracked earth"),
        "red earth": ("on red earth", "on mars", "on red soil", "on a red planet"),
    }
)

SKY_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "clear blue": (
            "under a clear blue sky",
            "under a blue sky",
            "on a sunny day",
            "under a clear sky",
            "in the sun",
        ),
        "sunset": ("at sunset", "under a sunset sky", "in the evening", "under an orange sky"),
        "overcast": ("under an overcast sky", "under a cloudy sky", "on a cloudy day", "under a grey sky"),
        "night": ("at night", "under a starry sky", "under the stars", "in the moonlight", "under a night sky"),
        "storm": ("under a stormy sky", "in a storm", "under dark clouds", "under a dark stormy sky"),
        "dawn": ("at dawn", "at sunrise", "in the morning", "under a pink sky"),
        "fog": ("in fog", "in thick fog", "in the mist", "on a foggy day"),
    }
)


def plain_caption(look: Look) -> str:
    """Like "a robot made of rusty iron on sand at sunset": the first words of everything, nothing dropped."""
    things = " and ".join(_with_article(SHAPE_WORDS[shape][0]) for shape in look.shapes)
    material = MATERIAL_WORDS[look.material].nouns[0]
    return f"{things} made of {material} {GROUND_WORDS[look.ground][0]} {SKY_WORDS[look.sky][0]}"


def caption(look: Look, generator: torch.Generator) -> str:
    """One of the many ways to ask for the look; now and then the material, the ground or the sky is left to chance."""
    shapes = [_worded(SHAPE_WORDS[shape], generator) for shape in look.shapes]
    phrases = [_things(shapes, MATERIAL_WORDS[look.material], generator)]
    if not _happens(GROUND_DROPPED, generator):
        phrases.append(_worded(GROUND_WORDS[look.ground], generator))
    if not _happens(SKY_DROPPED, generator):
        phrases.append(_worded(SKY_WORDS[look.sky], generator))
    return " ".join(phrases)


def known_words() -> tuple[str, ...]:
    """Every word that a caption can hold, in alphabetical order."""
    phrases = ["a an and made of"]
    for words in (SHAPE_WORDS, GROUND_WORDS, SKY_WORDS):
        phrases += [phrase for synonyms in words.values() for phrase in synonyms]
    for material in MATERIAL_WORDS.values():
        phrases += [*material.nouns, *material.adjectives]
    return tuple(sorted({word for phrase in phrases for word in phrase.split()}))


def _things(shapes: list[str], material: MaterialWords, generator: torch.Generator) -> str:
    if _happens(MATERIAL_DROPPED, generator):
        return " and ".join(_with_article(shape) for shape in shapes)
    if _happens(ADJECTIVE_SHARE, generator):
        adjective = _worded(material.adjectives, generator)
        return " and ".join(_with_article(f"{adjective} {shape}") for shape in shapes)
    things = " and ".join(_with_article(shape) for shape in shapes)
    return f"{things} made of {_worded(material.nouns, generator)}"


def _with_article(thing: str) -> str:
    if thing.endswith("stairs"):
        return thing
    return f"an {thing}" if thing[0] in "aeiou" else f"a {thing}"


def _worded(synonyms: Sequence[str], generator: torch.Generator) -> str:
    """The first, or by chance any."""
    if not _happens(SYNONYM_SHARE, generator):
        return synonyms[0]
    return synonyms[int(torch.randint(len(synonyms), (), generator=generator))]


def _happens(share: float, generator: torch.Generator) -> bool:
    return bool(torch.rand((), generator=generator) < share)
