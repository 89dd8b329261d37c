"""The byte-pair vocabulary of CLIP, written as transformers' CLIPTokenizer reads it."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from transformers import CLIPTokenizer

from engine.contract.errors import ModelInvalid
from models.weights import read_config

START = "<|startoftext|>"
END = "<|endoftext|>"

KNOWN_WORDS_FILE = "known_words.json"

# The published merges file goes on past those that CLIP was trained with.
CLIP_MERGES = 49152 - 256 - 2


@dataclass(frozen=True)
class Vocabulary:
    """Pairs of tokens to merge, in order, over an alphabet of the 256 bytes; a token's place in `tokens` is its id."""

    merges: tuple[tuple[str, str], ...]
    model_max_length: int = 77

    @cached_property
    def tokens(self) -> list[str]:
        alphabet = _byte_letters()
        merged = ["".join(pair) for pair in self.merges]
        return [*alphabet, *(f"{letter}</w>" for letter in alphabet), *merged, START, END]

    def save(self, folder: Path) -> None:
        """Writes `vocab.json`, `merges.txt` and the tokenizer's configuration into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        special_tokens = {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}
        config = {
            "tokenizer_class": "CLIPTokenizer",
            "model_max_length": self.model_max_length,
            "do_lower_case": True,
            "add_prefix_space": False,
            "errors": "replace",
            **special_tokens,
        }
        ids = {token: index for index, token in enumerate(self.tokens)}
        merges = "\n".join(["#version: 0.2", *(" ".join(pair) for pair in self.merges), ""])
        (folder / "vocab.json").write_text(json.dumps(ids, ensure_ascii=False), encoding="utf-8")
        (folder / "merges.txt").write_text(merges, encoding="utf-8", newline="\n")
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
        (folder / "special_tokens_map.json").write_text(json.dumps(special_tokens, indent=2), encoding="utf-8")


def read_clip_merges(path: Path) -> Vocabulary:
    """CLIP's own vocabulary from the `bpe_simple_vocab_16e6.txt.gz` that OpenAI published."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.read().split("\n")[1 : CLIP_MERGES + 1]
    return Vocabulary(tuple((first, second) for first, second in map(str.split, lines)))


def _byte_letters() -> list[str]:
    """A printable letter for each of the 256 bytes, printable bytes first: the order their ids follow."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    unprintable = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + place) for place in range(len(unprintable))]


def load_tokenizer(source: Path) -> CLIPTokenizer:
    """The tokenizer of a folder with `vocab.json` and `merges.txt`, or of CLIP's gzipped merges.

    Raises ModelInvalid where it is damaged.
    """
    for file in source.glob("*.json"):
        if file.name != KNOWN_WORDS_FILE:
            read_config(file)  # from damaged JSON the tokenizer raises a bare Exception
    try:
        if source.is_dir():
            return CLIPTokenizer.from_pretrained(source, local_files_only=True)
        with TemporaryDirectory() as folder:
            read_clip_merges(source).save(Path(folder))
            return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, EOFError) as error:
        raise ModelInvalid(f"the tokenizer {source} cannot be read: {error}", "copy or download it again") from error


def read_known_words(tokenizer: Path) -> frozenset[str] | None:
    """The only words a text encoder was trained with, from `known_words.json` beside its vocabulary; None without one.

    Raises ModelInvalid where the file is no list of words in lower case.
    """
    file = tokenizer / KNOWN_WORDS_FILE
    if not file.is_file():
        return None
    try:
        words = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelInvalid(f"{file} cannot be read: {error}", "copy or download it again") from error
    if not isinstance(words, list) or not all(isinstance(word, str) and word == word.lower() for word in words):
        raise ModelInvalid(f"{file} is no list of words in lower case", "copy or download it again")
    return frozenset(words)
