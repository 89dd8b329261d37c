"""The words of the preview's world as a tokenizer: every known word is one token."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from transformers import CLIPTokenizer

from engine.contract.files import write_json
from models.vocabulary import KNOWN_WORDS_FILE, Vocabulary, load_tokenizer

PROMPT_TOKENS = 24  # with the marks of start and end


def make_tokenizer(words: Sequence[str], folder: Path) -> CLIPTokenizer:
    """Writes the tokenizer of these words into `folder`, with the words themselves, and loads it."""
    Vocabulary(_merges(words), PROMPT_TOKENS).save(folder)
    write_json(folder / KNOWN_WORDS_FILE, list(words))
    return load_tokenizer(folder)


def _merges(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Byte-pair encoding carried on until each word is whole; of pairs equally frequent the first in order."""
    spellings = [[*word[:-1], f"{word[-1]}</w>"] for word in words]
    merges = []
    while counts := Counter(pair for spelling in spellings for pair in pairwise(spelling)):
        pair = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(pair)
        spellings = [_merged(spelling, pair) for spelling in spellings]
    return tuple(merges)


def _merged(spelling: Sequence[str], pair: tuple[str, str]) -> list[str]:
    """The spelling with the pair as one piece, wherever it stands."""
    pieces: list[str] = []
    for piece in spelling:
        if pieces and (pieces[-1], piece) == pair:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
