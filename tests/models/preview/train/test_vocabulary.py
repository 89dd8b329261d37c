from __future__ import annotations

from pathlib import Path

import torch

from models.preview.train.vocabulary import PROMPT_TOKENS, make_tokenizer
from models.preview.world.captions import caption, known_words
from models.preview.world.looks import random_look
from models.vocabulary import read_known_words


def test_every_known_word_is_one_token(tmp_path: Path) -> None:
    tokenizer = make_tokenizer(known_words(), tmp_path)
    for word in known_words():
        assert tokenizer.tokenize(word) == [f"{word}</w>"]
    assert read_known_words(tmp_path) == set(known_words())


def test_words_that_share_their_letters_stay_apart(tmp_path: Path) -> None:
    words = ("stone", "stones", "tone", "on", "one", "ones")
    tokenizer = make_tokenizer(words, tmp_path)
    assert tokenizer.tokenize(" ".join(words)) == [f"{word}</w>" for word in words]


def test_captions_fit_and_hold_known_words_only(tmp_path: Path) -> None:
    tokenizer = make_tokenizer(known_words(), tmp_path)
    generator = torch.Generator().manual_seed(0)
    for text in {caption(random_look(generator), generator) for _ in range(2000)}:
        tokens = tokenizer(text).input_ids
        assert len(tokens) == len(text.split()) + 2 <= PROMPT_TOKENS, text


def test_the_same_words_give_the_same_files(tmp_path: Path) -> None:
    for name in ("first", "second"):
        make_tokenizer(known_words(), tmp_path / name)
    for file in (tmp_path / "first").iterdir():
        assert file.read_bytes() == (tmp_path / "second" / file.name).read_bytes(), file.name
