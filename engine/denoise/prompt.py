"""Prompts as the UNet reads them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import CLIPTokenizer

from models.loading import Checkpoint

WORD = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class EncodedPrompt:
    prompt_embeds: Tensor  # (1, tokens, channels)
    cut: str
    """The end of the prompt that the text encoder had no room for, as text; empty where everything fitted."""


@torch.inference_mode()
def encode_prompt(checkpoint: Checkpoint, prompt: str) -> EncodedPrompt:
    """Encodes a prompt, padded or cut to the length the text encoder takes (77 tokens, two of them marks)."""
    tokenizer, text_encoder = checkpoint.tokenizer, checkpoint.text_encoder
    length = text_encoder.config.max_position_embeddings
    tokens = tokenizer(prompt, padding="max_length", truncation=True, max_length=length, return_tensors="pt")
    prompt_embeds = text_encoder(tokens.input_ids.to(text_encoder.device))[0]
    return EncodedPrompt(prompt_embeds, _text_past(length, tokenizer, prompt))


def _text_past(length: int, tokenizer: CLIPTokenizer, prompt: str) -> str:
    """What of the prompt comes after `length` tokens, the marks of start and end among them."""
    token_ids = tokenizer(prompt, add_special_tokens=False, truncation=False, verbose=False).input_ids
    return tokenizer.decode(token_ids[length - 2 :])


def words_of(prompt: str) -> tuple[str, ...]:
    """The words and numbers of a prompt in lower case, each once, in their order."""
    return tuple(dict.fromkeys(WORD.findall(prompt.lower())))


def unknown_words(prompt: str, known_words: Collection[str] | None) -> tuple[str, ...]:
    """What of the prompt the model was not trained with; nothing where it knows a whole language (None)."""
    return () if known_words is None else tuple(word for word in words_of(prompt) if word not in known_words)
