import json
from dataclasses import asdict
from pathlib import Path

import pytest

from engine.contract.errors import UsageError
from engine.contract.files import read_json
from engine.contract.frames import Clip
from engine.contract.job import Job, Lora, Settings, SurfaceSettings, relative_shot, write_job
from engine.contract.options import arguments_of, generate_parser, job_of, render_parser

WORDS = [
    "shot", "--prompt", "a fish; red", "--frames=-5--1", "--clip=-8-8", "--seed", "7", "--lora", "x.safetensors:0.5",
    "--lora", "y.safetensors", "--steps", "4", "--guidance-scale", "3.5", "--scheduler", "unipc", "--alpha",
    "--noise", "surface", "--noise-share", "0.1", "--out", "o",
]  # fmt: skip


def test_options_survive_their_words() -> None:
    parser = generate_parser("generate")
    options = parser.parse_args(WORDS)
    assert parser.parse_args(arguments_of(parser, options)) == options


def test_only_the_options_of_a_parser_become_its_words() -> None:
    options = render_parser("render").parse_args(["s.blend", "--prompt", "p", "--camera", "Top", "--out", "o"])
    assert arguments_of(generate_parser("generate"), options) == ["--prompt=p", "--out=o"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--resolution", "1000x503"], "1000x504"),
        (["--resolution", "big"], "512x512"),
        (["--chunk", "0"], "1 or more"),
        (["--lora", "x.safetensors:strong"], "PATH:0.8"),
        (["--scheduler", "magic"], "--help"),
    ],
)
def test_a_wrong_option_says_what_to_write(words: list[str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        render_parser("render").parse_args(["s.blend", "--out", "o", *words])
    assert said in caught.value.hint


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--prompt", " "], "no prompt"),
        (["--steps", "0"], "--steps"),
        (["--steps", "51", "--scheduler", "tcd"], "at most 50 steps, got 51"),
        (["--seed=-1"], "--seed"),
        (["--alpha", "--format", "jpeg"], "alpha"),
        (["--noise-share", "1.1"], "--noise-share"),
        (["--noise-share", "nan"], "--noise-share"),
    ],
)
def test_settings_without_sense_are_refused(words: list[str], said: str) -> None:
    options = generate_parser("generate").parse_args(["shot", "--out", "o", "--prompt", "p", *words])
    with pytest.raises(UsageError, match=said):
        job_of(options, Clip(1, 2))


def test_a_job_is_written_with_all_that_was_asked_for(tmp_path: Path) -> None:
    job = job_of(generate_parser("generate").parse_args(WORDS), Clip(-8, 8))
    write_job(tmp_path, job)
    assert read_json(tmp_path / "job.json") == json.loads(json.dumps(asdict(job)))
    assert job.loras == (Lora("x.safetensors", 0.5), Lora("y.safetensors", 1.0))


@pytest.mark.parametrize("text", ["a/b.safetensors", r"C:\loras\b.safetensors"])
def test_a_lora_without_a_scale_has_scale_one(text: str) -> None:
    assert Lora.parse(text) == Lora(text, 1.0)


def test_a_shot_inside_the_job_is_named_relatively(tmp_path: Path) -> None:
    assert relative_shot(tmp_path / "job" / "shot", tmp_path / "job") == "shot"
    assert relative_shot(tmp_path / "shot", tmp_path / "job") == str(tmp_path / "shot")


def test_the_defaults_are_the_jobs_own() -> None:
    options = generate_parser("generate").parse_args(["shot", "--out", "o", "--prompt", "p"])
    assert job_of(options, Clip(1, 2)) == Job(prompt="p", shot=str(Path("shot").resolve()), clip=Clip(1, 2))


def test_a_saved_switch_can_be_turned_off_by_a_word() -> None:
    assert not generate_parser("generate").parse_args(["shot", "--out", "o", "--alpha", "--no-alpha"]).alpha


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_settings_that_are_no_numbers_are_refused(value: float) -> None:
    for settings, name, option in (
        (SurfaceSettings, "cell_size", "--cell-size"),
        (SurfaceSettings, "projection", "--projection"),
        (Settings, "guidance_scale", "--guidance-scale"),
        (Settings, "controlnet_conditioning_scale", "--controlnet-scale"),
    ):
        with pytest.raises(UsageError, match=option):
            settings(**{name: value})
