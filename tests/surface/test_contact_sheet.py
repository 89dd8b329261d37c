from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from engine.contract.shot import read_shot
from engine.surface.contact_sheet import BACKGROUND, MARGIN, TILE_WIDTH, write_contact_sheet
from engine.surface.passes import read_passes


def test_a_contact_sheet_shows_depth_objects_and_uvs_of_every_frame(example_shot: Path, tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "sheet.png", example_shot, read_shot(example_shot), (1, 2, 4))
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert sheet.shape == (MARGIN + 3 * TILE_WIDTH, 3 * TILE_WIDTH, 3)
    depth, objects, uv = np.split(sheet[MARGIN:, :TILE_WIDTH], 3)
    for picture in (depth, objects, uv):
        assert (picture[0] == BACKGROUND).all(), "the sky has its own colour"
    assert (depth[-1] == 255).all(), "the nearest ground is white"
    assert len(np.unique(objects.reshape(-1, 3), axis=0)) == 3, "sky, ground and ball have a colour each"
    assert len(np.unique(uv.reshape(-1, 3), axis=0)) > 100


def test_what_is_farthest_is_told_from_the_background(example_shot: Path, tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "sheet.png", example_shot, read_shot(example_shot), (1,))
    depth = np.asarray(Image.open(tmp_path / "sheet.png"))[MARGIN : MARGIN + TILE_WIDTH]
    is_sky = (depth == BACKGROUND).all(axis=-1)
    scaled = read_passes(example_shot, read_shot(example_shot), 1).is_surface.repeat(TILE_WIDTH // 64, 0)
    assert np.array_equal(is_sky, ~scaled.repeat(TILE_WIDTH // 64, 1))


def test_pixels_that_are_not_square_are_shown_as_they_are(example_shot: Path, tmp_path: Path) -> None:
    shot = read_shot(example_shot)
    camera = shot.frames[1].camera
    tall = replace(camera, intrinsics=camera.intrinsics * [[1.5], [1], [1]])
    shot = replace(shot, frames={1: replace(shot.frames[1], camera=tall)})
    write_contact_sheet(tmp_path / "sheet.png", example_shot, shot, (1,))
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (TILE_WIDTH, MARGIN + 3 * round(1.5 * TILE_WIDTH))


def test_many_frames_stand_in_several_bands(example_shot: Path, tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "sheet.png", example_shot, read_shot(example_shot), (1, 2, 3, 4) * 3)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (8 * TILE_WIDTH, 2 * (MARGIN + 3 * TILE_WIDTH))
