from pathlib import Path

import av
import numpy as np
import OpenEXR
import pytest
from PIL import Image

from engine.movie import write_movie
from engine.pictures import linear_to_srgb, read_picture, srgb_to_linear, to_bytes, write_picture

RAMP = np.linspace(0, 1, 16 * 24 * 3, dtype=np.float32).reshape(16, 24, 3)
HALF_ALPHA = np.dstack([RAMP, np.tile(np.linspace(0, 1, 24, dtype=np.float32).round(), (16, 1))])


@pytest.mark.parametrize(("file_format", "suffix"), [("png", ".png"), ("png16", ".png"), ("exr", ".exr")])
def test_a_picture_reads_back(tmp_path: Path, file_format: str, suffix: str) -> None:
    write_picture(tmp_path / f"x{suffix}", RAMP, file_format)
    difference = read_picture(tmp_path / f"x{suffix}").astype(int) - to_bytes(RAMP)
    assert abs(difference).max() <= (0 if file_format == "png" else 1)


def test_jpeg_is_close(tmp_path: Path) -> None:
    write_picture(tmp_path / "x.jpg", RAMP, "jpeg")
    assert abs(read_picture(tmp_path / "x.jpg").astype(int) - to_bytes(RAMP)).mean() < 3


def test_png16_really_holds_sixteen_bits(tmp_path: Path) -> None:
    write_picture(tmp_path / "x.png", RAMP, "png16")
    with av.open(str(tmp_path / "x.png")) as container:
        frame = next(container.decode(video=0))
    assert frame.format.name == "rgb48be"
    np.testing.assert_array_equal(frame.to_ndarray(), (RAMP * 65535).round().astype(np.uint16))


def test_exr_holds_linear_light_and_premultiplied_alpha(tmp_path: Path) -> None:
    write_picture(tmp_path / "x.exr", HALF_ALPHA, "exr")
    with OpenEXR.File(str(tmp_path / "x.exr")) as file:
        pixels = file.channels()["RGBA"].pixels
    np.testing.assert_allclose(pixels[..., :3], srgb_to_linear(RAMP) * HALF_ALPHA[..., 3:], atol=1e-3)
    np.testing.assert_array_equal(pixels[..., 3], HALF_ALPHA[..., 3])


@pytest.mark.parametrize("file_format", ["png", "png16"])
def test_alpha_is_kept_straight_in_png(tmp_path: Path, file_format: str) -> None:
    write_picture(tmp_path / "x.png", HALF_ALPHA, file_format)
    with Image.open(tmp_path / "x.png") as image:
        assert image.mode == "RGBA"
        assert abs(np.asarray(image)[..., :3].astype(int) - to_bytes(RAMP)).max() <= 1


def test_srgb_has_its_published_values() -> None:
    np.testing.assert_allclose(
        srgb_to_linear(np.array([0, 0.04045, 0.5, 1])), [0, 0.00313080, 0.21404114, 1], atol=1e-7
    )
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(RAMP)), RAMP, atol=1e-6)


@pytest.mark.parametrize("fps", [24.0, 23.976, 12.5])
def test_a_movie_has_every_frame_at_the_scenes_rate(tmp_path: Path, fps: float) -> None:
    frames = [tmp_path / f"{index}.png" for index in range(5)]
    for index, path in enumerate(frames):
        write_picture(path, np.full((32, 48, 3), index / 4, np.float32), "png")
    write_movie(tmp_path / "movie.mp4", frames, fps)
    with av.open(str(tmp_path / "movie.mp4")) as container:
        stream = container.streams.video[0]
        means = [frame.to_ndarray(format="rgb24").mean() / 255 for frame in container.decode(stream)]
        assert float(stream.average_rate) == pytest.approx(fps, rel=1e-3)
        assert stream.codec_context.name == "h264"
    np.testing.assert_allclose(means, [0, 0.25, 0.5, 0.75, 1], atol=0.03)
