"""The settings in a scene and the options of the commands are the same thing."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from engine.contract.frames import Clip
from engine.contract.job import Lora
from engine.contract.options import Size, render_parser
from tests.addon.blenders import bpy_python, run_script

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_OF_THE_LOOK = {
    *("help", "overwrite", "json", "verbose"),  # of one run
    *("device", "dtype", "compile", "chunk", "micro_batch"),  # of the machine
    *("scene", "view_layer", "camera"),  # the scene has its own
}
Settings = dict[str, Any]
AS_TYPED: tuple[Settings, ...] = (
    {},
    {"prompt": '-- a "rusty" robot;\na dünne wand --seed=3', "negative_prompt": "x"},
    {"guidance_scale": 7.3, "controlnet_scale": 0.1, "noise": "surface", "noise_share": 0.3},
    {"seed": 2**31 - 1, "steps": 1, "pass_scale": 3},
    {"method": "per-frame", "keyframes": 5, "keyframe_choice": "spread", "layers": "all", "pre_attention": False},
    {"post_attention": 0.4, "cell_size": 2.5, "x0_sync": 0.2},
    {"scheduler": "unipc", "format": "exr", "alpha": True},
    {"scheduler": "ddim-trailing"},
    {"model": "/m/sd", "controlnet": "c", "vae": "taesd", "out": "/jobs/robot"},
)
AS_READ: tuple[tuple[Settings, Settings], ...] = (
    ({"lora": " a.safetensors:0.5; b;"}, {"lora": [Lora("a.safetensors", 0.5), Lora("b")]}),
    ({"frames": "1-9x4,20", "clip": "1-48"}, {"frames": (1, 5, 9, 20), "clip": Clip(1, 48)}),
    ({"resolution": "320x256"}, {"resolution": Size(320, 256)}),
)
CASES = (*((settings, settings) for settings in AS_TYPED), *AS_READ)

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Blender made of the cases, and its properties with their descriptions."""
    cases, out = (tmp_path_factory.mktemp("settings") / name for name in ("cases.json", "out.json"))
    cases.write_text(json.dumps([settings for settings, _ in CASES]), encoding="utf-8")
    run = run_script(bpy_python(), Path(__file__).with_name("look_into_settings.py"), ROOT, cases, out)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(out.read_text())


def parsed(words: list[str]) -> Namespace:
    return render_parser("test", in_blender=True).parse_args(["--out=nowhere", *words])


def test_every_option_of_the_look_has_its_property_and_the_other_way_round(found: dict[str, Any]) -> None:
    options = {action.dest for action in render_parser("test", in_blender=True)._actions}
    assert set(found["properties"]) == options - NOT_OF_THE_LOOK


def test_every_property_says_what_it_does(found: dict[str, Any]) -> None:
    assert all(len(text) > 20 and not text.endswith(".") for text in found["properties"].values())


def test_settings_that_nobody_touched_are_the_defaults_of_the_commands(found: dict[str, Any]) -> None:
    assert found["words"][0] == []


@pytest.mark.parametrize("number", range(len(CASES)))
def test_settings_become_words_and_mean_the_same_again(number: int, found: dict[str, Any]) -> None:
    untouched = vars(parsed([]))
    assert vars(parsed(found["words"][number])) == untouched | CASES[number][1]
