"""The preview's judgements say what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from engine import cli
from engine.bench import preview as bench
from engine.bench import preview_sheet
from engine.bench.exhibits import Exhibits
from engine.bench.judges import Judges
from engine.bench.preview_sheet import MOST_BYTES, write_preview_sheet
from models.preview.world.looks import MATERIALS, Look, is_held_out
from tests.preview_layout import make_preview_layout

LOOKS = tuple(Look("ball", material, "sand", "sunset") for material in MATERIALS[:4])


class AllKnowing(Judges):
    """Takes a picture's first value for its material, and all that is brighter than 0.5 for the object."""

    def materials(self, pictures: torch.Tensor, is_object: torch.Tensor) -> torch.Tensor:
        return (pictures[:, 0, 0, 0] * 100).round().long()

    def objects(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures[:, 1] > 0.5


@pytest.fixture
def shown() -> Exhibits:
    """Bright squares that cover a quarter of dark pictures."""
    is_object = torch.zeros(4, 16, 16, dtype=torch.bool)
    is_object[:, :8, :8] = True
    pictures = is_object[:, None] * torch.ones(4, 3, 16, 16)
    pictures[:, 0, 0, 0] = torch.arange(4) / 100
    return Exhibits(LOOKS, pictures, is_object, pictures)


def values(shown: Exhibits, painted: torch.Tensor, repainted: torch.Tensor) -> list[float]:
    return [judgement.value for judgement in bench.judge(AllKnowing(), shown, painted, repainted)]


def test_pictures_like_the_renders_pass_every_bar(shown: Exhibits) -> None:
    repainted = shown.pictures * 0.5
    judgements = bench.judge(AllKnowing(), shown, shown.pictures, repainted)
    assert [round(judgement.value, 3) for judgement in judgements[:5]] == [1, 1, 1, 1, 1]
    assert all(judgement.passed for judgement in judgements)


def test_wrong_materials_and_places_are_counted(shown: Exhibits) -> None:
    painted = shown.pictures.clone()
    painted[0, 0, 0, 0] = 0.03
    painted[:, 1, :8, 4:8] = 0
    found = values(shown, painted, painted)
    assert found[:5] == pytest.approx([1, 0.75, 1, 0.5, 0.5])


def test_change_is_compared_between_object_and_rest(shown: Exhibits) -> None:
    change = torch.where(shown.is_object, 0.3, 0.1)[:, None]
    assert values(shown, shown.pictures, shown.pictures + change)[5] == pytest.approx(3)


def test_sharpness_is_the_laplacians_variance() -> None:
    rows, columns = torch.meshgrid(torch.arange(18), torch.arange(18), indexing="ij")
    checkers = ((rows + columns) % 2).float().expand(1, 3, -1, -1)
    assert bench.sharpness(checkers) == pytest.approx(16, rel=0.01)  # the Laplacian is 4 and -4 by turns
    assert bench.sharpness(columns.float().expand(1, 3, -1, -1)) == 0


@pytest.mark.parametrize(("value", "passed"), [(0.4, False), (0.5, True), (2, True), (2.1, False)])
def test_a_bar_may_have_two_ends(value: float, passed: bool) -> None:
    judgement = bench.Judgement("sharpness", value, 0.5, 2)
    assert judgement.passed == passed
    assert ("passed" if passed else "missed") in str(judgement)


def test_another_material_is_all_that_changes() -> None:
    for look in LOOKS:
        other = bench._of_another_material(look)
        assert other.material != look.material
        assert (other.shape, other.ground, other.sky) == (look.shape, look.ground, look.sky)


def test_a_sheet_of_noise_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_sheet, "TILES", (96, 48))
    looks = [Look(shape, material, "sand", "fog") for shape in ("ball", "cube", "dog") for material in MATERIALS]
    noise = torch.rand(len(looks), 3, 128, 128)
    write_preview_sheet(tmp_path / "sheet.png", looks, noise, noise)
    assert (tmp_path / "sheet.png").stat().st_size < MOST_BYTES
    assert 48 * len(MATERIALS) < Image.open(tmp_path / "sheet.png").width < 96 * len(MATERIALS)


def test_a_model_is_painted_and_judged_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts: list[str] = []
    caption = bench.plain_caption

    def heard(look: Look) -> str:
        assert is_held_out(look) or len(prompts) % 2
        prompts.append(caption(look))
        return prompts[-1]

    monkeypatch.setattr(bench, "plain_caption", heard)
    monkeypatch.setattr(bench, "STEPS", 1)
    monkeypatch.setattr(bench, "provide_judges", lambda folder, settings, on_line: Judges().eval())
    model = make_preview_layout(tmp_path / "model")
    assert cli.main(["bench", "preview", "--model", str(model), "--images", "1", "--json"]) == 0
    judgements = json.loads(capsys.readouterr().out)
    assert len(judgements) == 7 and all(isinstance(judgement["passed"], bool) for judgement in judgements)
    assert len(set(prompts)) == 2


def test_no_images_is_a_usage_error() -> None:
    assert cli.main(["bench", "preview", "--images", "0"]) == 2
