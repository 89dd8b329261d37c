from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.contract.errors import ModelInvalid, OutputUnwritable, WeightsMissing
from models import registry
from models.registry import check_bundled, registered_models, resolve
from models.stand_in import make_stand_in
from tests.preview_layout import make_preview_layout

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


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_preview_layout(tmp_path_factory.mktemp("models") / "preview")


def test_a_bundled_model_lies_beside_the_registry(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "REGISTRY", Path(shutil.copy(registry.REGISTRY, whole.parent)))
    assert resolve("preview", tmp_path) == whole
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name",
    [*registry.BUNDLED_FILES, "unet/diffusion_pytorch_model.safetensors", "vae", "controlnet"],
)
def test_what_a_bundled_model_lacks_is_named_with_its_repair(whole: Path, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "preview"))
    shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()
    with pytest.raises(WeightsMissing, match=name.split("/")[0]) as caught:
        check_bundled(folder)
    for repair in ("git checkout -- models/preview", "install Overpaint again", "overpaint.py train preview"):
        assert repair in caught.value.hint


def test_a_damaged_file_of_a_bundled_model_is_named_with_its_repair(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "preview"))
    damaged = folder / "vae" / "diffusion_pytorch_model.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(ModelInvalid, match=str(damaged)) as caught:
        check_bundled(folder)
    assert "git checkout -- models/preview" in caught.value.hint


def test_looking_up_a_name_loads_no_torch() -> None:
    command = [sys.executable, "-c", "import sys, models.registry; sys.exit('torch' in sys.modules)"]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
