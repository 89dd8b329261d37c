"""CLIP's scores with a CLIP of random weights, for there is no other without a download."""

from pathlib import Path

import numpy as np
import pytest
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

from engine.contract.errors import ModelInvalid
from engine.score.clip_scores import ClipScores, pixel_values_of
from engine.score.measure import Pictures
from engine.score.metric import Metric
from engine.score.pictures import Picture
from tests.score.conftest import SIZE, views_of

SMALL = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}


@pytest.fixture(scope="module")
def clip(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    tokenizer = CLIPTokenizer.from_pretrained(tiny_checkpoint / "tokenizer")
    text = SMALL | {"vocab_size": len(tokenizer), "eos_token_id": tokenizer.eos_token_id}
    config = CLIPConfig(text_config=text, vision_config=SMALL | {"image_size": 32, "patch_size": 8}, projection_dim=16)
    CLIPModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def consistency_and_fidelity(clip: Path, rolling: Path, pictures: list[np.ndarray]) -> list[Metric]:
    scores = ClipScores(clip, "a robot")
    for view, rgb in zip(views_of(rolling), pictures, strict=True):
        scores.add(view, Pictures(Picture(rgb), [], {}))
    return scores.metrics()


def test_equal_frames_are_consistent_and_others_less_so(clip: Path, rolling: Path) -> None:
    noise = [*np.random.default_rng(0).random((3, SIZE, SIZE, 3), np.float32)]
    still, _ = consistency_and_fidelity(clip, rolling, [noise[0]] * 3)
    changing, fidelity = consistency_and_fidelity(clip, rolling, noise)
    assert still.value == pytest.approx(1)
    assert changing.value is not None
    assert changing.value < 0.9999
    assert len(changing.per_frame) == 2
    assert len(fidelity.per_frame) == 3


def test_without_a_prompt_there_is_no_fidelity(clip: Path) -> None:
    assert ClipScores(clip, "").metrics()[1].why_not.startswith("not computed")


def test_a_wide_picture_is_cut_to_its_middle() -> None:
    rgb = np.zeros((32, 64, 3), np.float32)
    rgb[:, 16:48] = 1
    values = pixel_values_of(Picture(rgb), 32)
    assert values.shape == (1, 3, 32, 32)
    assert values.min() > 1.5


def test_a_folder_without_clip_is_an_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(ModelInvalid, match=r"holds no CLIP model: it has no config\.json"):
            ClipScores(folder, "a robot")
