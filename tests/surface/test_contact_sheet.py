from pathlib import Path

import numpy as np
from PIL import Image

from engine.contract.shot import read_shot
from engine.surface.contact_sheet import MARGIN, TILE_WIDTH, write_contact_sheet


def test_a_contact_sheet_shows_depth_objects_and_uvs_of_every_frame(example_shot: Path, tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "sheet.png", example_shot, read_shot(example_shot), (1, 2, 4))
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert sheet.shape == (MARGIN + 3 * TILE_WIDTH, 3 * TILE_WIDTH, 3)
    depth, objects, uv = np.split(sheet[MARGIN:, :TILE_WIDTH], 3)
    assert (depth[0] == 0).all(), "the sky is black"
    assert (depth[-1] == 255).all(), "the nearest ground is white"
    assert len(np.unique(objects.reshape(-1, 3), axis=0)) == 3, "sky, ground and ball have a colour each"
    assert len(np.unique(uv.reshape(-1, 3), axis=0)) > 100


def test_many_frames_stand_in_several_bands(example_shot: Path, tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "sheet.png", example_shot, read_shot(example_shot), (1, 2, 3, 4) * 3)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (8 * TILE_WIDTH, 2 * (MARGIN + 3 * TILE_WIDTH))
