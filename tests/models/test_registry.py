from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.contract.errors import ModelInvalid, OutputUnwritable, WeightsMissing
from models.registry import registered_models, resolve
from models.stand_in import make_stand_in

ROOT = Path(__file__).parents[2]


def test_every_entry_says_its_licence_purpose_and_size() -> None:
    for model in registered_models().values():
        assert model.licence and model.purpose and all(side % 8 == 0 for side in model.native_size)


def test_only_safetensors_and_text_are_listed_for_download() -> None:
    sd15 = registered_models()["sd15"]
    assert sd15.base is not None and sd15.controlnet is not None
    for file in (*sd15.base.files, *sd15.controlnet.files):
        assert file.endswith((".safetensors", ".json", ".txt"))


def test_a_path_is_itself(tiny_checkpoint: Path, tmp_path: Path) -> None:
    assert resolve(str(tiny_checkpoint), tmp_path) == tiny_checkpoint


def test_an_unknown_model_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelInvalid, match='no model "sd51"') as caught:
        resolve("sd51", tmp_path)
    assert "stand-in" in caught.value.hint and "sd15" in caught.value.hint


def test_a_registered_model_that_is_absent_says_where_it_goes(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="sd15") as caught:
        resolve("sd15", tmp_path)
    assert str(tmp_path / "models" / "sd15") in caught.value.hint


def test_the_stand_in_is_made_once(tmp_path: Path) -> None:
    folder = resolve("stand-in", tmp_path)
    made = (folder / "model_index.json").stat().st_mtime_ns
    assert resolve("stand-in", tmp_path) == folder == tmp_path / "models" / "stand-in"
    assert (folder / "model_index.json").stat().st_mtime_ns == made
    assert [path.name for path in folder.parent.iterdir()] == ["stand-in"]


def test_a_stand_in_whose_making_failed_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_halfway(folder: Path) -> None:
        (folder / "unet").mkdir(parents=True)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("models.stand_in.make_stand_in", fail_halfway)
    with pytest.raises(OutputUnwritable, match="No space"):
        resolve("stand-in", tmp_path)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_stand_in_that_another_process_made_first_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def be_overtaken(folder: Path) -> None:
        make_stand_in(folder)
        make_stand_in(tmp_path / "models" / "stand-in")

    monkeypatch.setattr("models.stand_in.make_stand_in", be_overtaken)
    folder = resolve("stand-in", tmp_path)
    assert [path.name for path in folder.parent.iterdir()] == ["stand-in"]


def test_looking_up_a_name_loads_no_torch() -> None:
    command = [sys.executable, "-c", "import sys, models.registry; sys.exit('torch' in sys.modules)"]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
