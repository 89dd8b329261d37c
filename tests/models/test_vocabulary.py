from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from transformers import CLIPTokenizer

from engine.contract.errors import ModelInvalid
from models.sources import CLIP_MERGES_FILE, PACKAGES_WITH_CLIP_MERGES, find_sources
from models.vocabulary import (
    CLIP_MERGES,
    END,
    KNOWN_WORDS_FILE,
    START,
    Vocabulary,
    load_tokenizer,
    read_clip_merges,
    read_known_words,
)


def test_the_alphabet_is_every_byte_alone_and_at_the_end_of_a_word() -> None:
    tokens = Vocabulary(merges=()).tokens
    assert len(tokens) == len(set(tokens)) == 2 * 256 + 2
    assert tokens[:2] == ["!", '"'] and tokens[256] == "!</w>" and tokens[-2:] == [START, END]


def test_a_tokenizer_reads_what_a_vocabulary_wrote(tmp_path: Path) -> None:
    Vocabulary((("r", "o"), ("ro", "b</w>"))).save(tmp_path)
    tokenizer = CLIPTokenizer.from_pretrained(tmp_path, local_files_only=True)
    assert tokenizer.tokenize("Rob ro") == ["rob</w>", "r", "o</w>"]


def test_merges_past_those_of_clip_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / CLIP_MERGES_FILE
    lines = ["#version: 0.2", *(f"a{number} b" for number in range(CLIP_MERGES + 1000))]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    vocabulary = read_clip_merges(path)
    assert vocabulary.merges[0] == ("a0", "b") and len(vocabulary.tokens) == 49408
    assert vocabulary.tokens.index(START) == 49406 and vocabulary.tokens.index(END) == 49407


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"#version\none two three\n"), gzip.compress(b"x")[:-4]])
def test_a_damaged_merges_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CLIP_MERGES_FILE).write_bytes(content)
    with pytest.raises(ModelInvalid, match=CLIP_MERGES_FILE):
        load_tokenizer(tmp_path / CLIP_MERGES_FILE)


def test_a_damaged_tokenizer_is_named(damageable: Path) -> None:
    (damageable / "tokenizer" / "vocab.json").write_text("{")
    with pytest.raises(ModelInvalid, match="tokenizer"):
        load_tokenizer(damageable / "tokenizer")


def test_a_single_file_takes_its_neighbour_then_the_fetched_then_a_package(
    damageable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "open_clip"
    package.mkdir()
    (package / CLIP_MERGES_FILE).touch()
    (package / "__init__.py").write_text("raise AssertionError('the package was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    single = damageable / "model.safetensors"
    save_file({"anything": torch.zeros(1)}, single)
    home = tmp_path / "home"
    fetched = home / "models" / "sd15" / "tokenizer"
    fetched.mkdir(parents=True)

    assert find_sources(single, home=home).tokenizer == damageable / "tokenizer"
    (damageable / "tokenizer").rename(tmp_path / "away")
    assert find_sources(single, home=home).tokenizer == package / CLIP_MERGES_FILE
    (fetched / "tokenizer.json").write_text(json.dumps({}))
    assert find_sources(single, home=home).tokenizer == fetched


@pytest.mark.skipif(
    not any(importlib.util.find_spec(package) for package in PACKAGES_WITH_CLIP_MERGES),
    reason="no installed package carries CLIP's merges (pip install --no-deps open_clip_torch)",
)
def test_the_published_vocabulary_gives_the_published_ids(damageable: Path) -> None:
    (damageable / "tokenizer").rename(damageable / "away")
    tokenizer = load_tokenizer(find_sources(damageable).tokenizer)
    assert tokenizer("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]


def test_known_words_stand_beside_the_vocabulary(tmp_path: Path) -> None:
    Vocabulary(merges=()).save(tmp_path)
    assert read_known_words(tmp_path) is None
    (tmp_path / KNOWN_WORDS_FILE).write_text('["gold", "moss", "gold"]')
    assert read_known_words(tmp_path) == {"gold", "moss"}
    assert len(load_tokenizer(tmp_path)) == len(Vocabulary(merges=()).tokens)


@pytest.mark.parametrize("content", ["[", '{"gold": 1}', '["gold", 3]', '["Gold"]'])
def test_damaged_known_words_are_named(tmp_path: Path, content: str) -> None:
    (tmp_path / KNOWN_WORDS_FILE).write_text(content)
    with pytest.raises(ModelInvalid, match=KNOWN_WORDS_FILE):
        read_known_words(tmp_path)
