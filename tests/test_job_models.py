"""What a job asks of its model, and what the model says to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from diffusers import AutoencoderTiny

from engine.contract.errors import ModelInvalid, PromptInvalid, UsageError, WeightsMissing
from engine.contract.files import read_json
from engine.contract.frames import Clip
from engine.contract.job import Job, Lora, Settings
from engine.contract.messages import Message, Warned
from engine.contract.options import generate_parser, render_parser
from engine.job_models import JobModels, with_usual_settings
from engine.pictures import read_picture
from engine.render import render
from engine.run import generate
from models.saving import save_network
from tests.preview_layout import KNOWN_WORDS, make_preview_layout
from tests.synthetic_shot import make_shot


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_preview_layout(tmp_path_factory.mktemp("models") / "of-few-words")


@pytest.fixture
def tiny_vae(tmp_path: Path) -> Path:
    tiny = AutoencoderTiny(encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4)
    save_network(tiny, tmp_path / "tiny-vae")
    return tmp_path / "tiny-vae"


def asked_for(model: str | Path, guidance_scale: float = 0, loras: tuple[Lora, ...] = ()) -> Job:
    settings = Settings(guidance_scale=guidance_scale)
    return Job("a robot", "shot", Clip(1, 2), model=str(model), loras=loras, settings=settings)


def paint(shot: Path, model: Path, folder: Path, prompt: str, *words: str) -> list[str]:
    """Paints frame 1 and returns the warnings."""
    heard: list[Message] = []
    words = ("--prompt", prompt, "--model", str(model), "--steps", "2", "--frames", "1", "--out", str(folder), *words)
    generate(generate_parser("generate").parse_args([str(shot), *words]), heard.append)
    return [message.message for message in heard if isinstance(message, Warned)]


@pytest.mark.parametrize(("model", "scale"), [("preview", 2.5), ("sd15", 7.5), ("/fine/tuned.safetensors", 7.5)])
def test_guidance_that_nobody_chose_is_what_suits_the_model(model: str, scale: float) -> None:
    assert with_usual_settings(asked_for(model)).settings.guidance_scale == scale
    assert with_usual_settings(asked_for(model, 4.0)).settings.guidance_scale == 4.0


@pytest.mark.parametrize(("width", "height"), [(64, 64), (40, 24)])
def test_a_model_with_smaller_latents_paints_the_shots_size(
    preview: Path, tmp_path: Path, width: int, height: int
) -> None:
    make_shot(tmp_path / "shot", Clip(1, 1), width, height)
    assert paint(tmp_path / "shot", preview, tmp_path, "a rusty robot", "--scheduler", "euler") == []
    assert read_picture(tmp_path / "frames" / "0001.png").shape == (height, width, 3)
    assert read_json(tmp_path / "job.json")["settings"]["guidance_scale"] == 7.5


def test_unknown_words_of_both_prompts_are_named_in_one_warning(
    preview: Path, example_shot: Path, tmp_path: Path
) -> None:
    (warning,) = paint(example_shot, preview, tmp_path, "A Rusty dragon, 8k", "--negative-prompt", "blurry sand")
    assert warning.endswith("dragon, 8, k, blurry")


def test_a_negative_prompt_that_is_not_used_is_not_warned_of(preview: Path, example_shot: Path, tmp_path: Path) -> None:
    words = ("--negative-prompt", "blurry", "--guidance-scale", "1")
    assert paint(example_shot, preview, tmp_path, "a robot", *words) == []


def test_a_prompt_without_any_known_word_is_refused_before_anything_is_written(
    preview: Path, example_shot: Path, tmp_path: Path
) -> None:
    with pytest.raises(PromptInvalid, match='no word of "Zwölf dragons!"') as caught:
        paint(example_shot, preview, tmp_path / "out", "Zwölf dragons!")
    assert caught.value.hint.endswith(", ".join(sorted(KNOWN_WORDS)))
    assert caught.value.exit_code == 65
    assert not (tmp_path / "out").exists()


def test_such_a_prompt_is_refused_before_the_capture(
    preview: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.blender.capture", lambda *arguments: pytest.fail("the capture began"))
    words = ["scene.blend", "--prompt", "dragons", "--model", str(preview), "--out", str(tmp_path)]
    with pytest.raises(PromptInvalid):
        render(render_parser("render").parse_args(words), lambda message: None)


def test_a_model_of_a_whole_language_takes_any_prompt(tiny_checkpoint: Path) -> None:
    JobModels.of(asked_for(tiny_checkpoint)).check_prompt("Zwölf dragons!")


def test_a_size_without_a_whole_number_of_latents_is_refused(preview: Path) -> None:
    models = JobModels.of(asked_for(preview))
    models.check_size(60, 68)
    with pytest.raises(UsageError, match="multiples of 4") as caught:
        models.check_size(62, 64)
    assert "60x64 or 64x64" in caught.value.hint


def test_a_missing_lora_is_named(tiny_checkpoint: Path) -> None:
    with pytest.raises(WeightsMissing, match="no LoRA at nowhere"):
        JobModels.of(asked_for(tiny_checkpoint, loras=(Lora("nowhere"),))).fingerprint()


def test_frames_that_another_vae_decoded_are_other_frames(
    tiny_checkpoint: Path, example_shot: Path, tmp_path: Path, tiny_vae: Path
) -> None:
    def painted(*words: str) -> np.ndarray:
        paint(example_shot, tiny_checkpoint, tmp_path / "job", "a robot", *words)
        return read_picture(tmp_path / "job" / "frames" / "0001.png")

    own, small = painted(), painted("--vae", str(tiny_vae))
    assert own.shape == small.shape and not np.array_equal(own, small)
    assert np.array_equal(painted(), own)


def test_a_vae_for_other_latents_is_refused_before_anything_is_written(
    preview: Path, example_shot: Path, tmp_path: Path, tiny_vae: Path
) -> None:
    with pytest.raises(ModelInvalid, match="the side of a latent in pixels is 8, not 4"):
        paint(example_shot, preview, tmp_path / "job", "a robot", "--vae", str(tiny_vae))
    assert not (tmp_path / "job").exists()
