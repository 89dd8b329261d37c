"""What CLIP says of the frames, where a CLIP model lies on this machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from transformers import CLIPModel, CLIPTokenizer
from transformers.utils import logging as transformers_logging

from engine.contract.errors import ModelInvalid
from engine.score.measure import NO_PAIR, Pictures, Series
from engine.score.metric import Metric
from engine.score.no_clip import CLIP_CONSISTENCY, PROMPT_FIDELITY
from engine.score.pictures import Picture
from engine.score.view import View

CLIP_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
CLIP_STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
HINT = "give a folder with config.json and model.safetensors"


class ClipScores:
    """`clip_consistency`: the mean cosine of CLIP's image embeddings of two frames in a row; a cut or a missing frame
    ends a pair. `prompt_fidelity`: the mean cosine of the embeddings of each frame and of the job's prompt.
    """

    def __init__(self, folder: Path, prompt: str) -> None:
        """Raises ModelInvalid where the folder holds no CLIP model in the layout of transformers."""
        if not (folder / "config.json").is_file():  # else the library would look for a model of this name elsewhere
            raise ModelInvalid(f"{folder} holds no CLIP model: it has no config.json", HINT)
        transformers_logging.disable_progress_bar()
        try:
            self._model = CLIPModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
            self._text = self._embed_text(CLIPTokenizer.from_pretrained(folder, local_files_only=True), prompt)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelInvalid(f"{folder} holds no CLIP model: {error}", HINT) from error
        self._previous: tuple[int, np.ndarray] | None = None
        self._pairs, self._prompt = Series(), Series()

    def add(self, view: View, pictures: Pictures) -> None:
        pixel_values = pixel_values_of(pictures.current, self._model.config.vision_config.image_size)
        with torch.inference_mode():
            hidden = self._model.vision_model(pixel_values=pixel_values).pooler_output
            embedding = _unit(self._model.visual_projection(hidden))
        if self._previous is not None and self._previous[0] == view.previous:
            self._pairs.add(view.frame, float(embedding @ self._previous[1]), 1)
        if self._text is not None:
            self._prompt.add(view.frame, float(embedding @ self._text), 1)
        self._previous = view.frame, embedding

    def metrics(self) -> list[Metric]:
        return [
            Metric.of(CLIP_CONSISTENCY, self._pairs.mean, self._pairs.per_frame, NO_PAIR),
            Metric.of(
                PROMPT_FIDELITY, self._prompt.mean, self._prompt.per_frame, "not computed: no job.json says the prompt"
            ),
        ]

    def _embed_text(self, tokenizer: CLIPTokenizer, prompt: str) -> np.ndarray | None:
        if not prompt:
            return None
        tokens = tokenizer(prompt, truncation=True, return_tensors="pt")
        with torch.inference_mode():
            return _unit(self._model.text_projection(self._model.text_model(**tokens).pooler_output))


def pixel_values_of(picture: Picture, side: int) -> torch.Tensor:
    """As CLIP was trained: the shorter side scaled to `side` (bicubic), the middle cut out, (1, 3, side, side)."""
    image = Image.fromarray((picture.rgb * 255).round().astype(np.uint8))
    fitted = ImageOps.fit(image, (side, side), Image.Resampling.BICUBIC)
    normalised = (np.asarray(fitted, np.float32) / 255 - CLIP_MEAN) / CLIP_STD
    return torch.from_numpy(normalised).permute(2, 0, 1)[None]


def _unit(embedding: torch.Tensor) -> np.ndarray:
    """(1, D) as (D,) of length 1."""
    return torch.nn.functional.normalize(embedding[0].float(), dim=0).numpy()
