import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.contract.errors import ShotInvalid
from engine.contract.shot import CaptureSettings, passes_path, read_shot, require_frames, write_shot
from tests.synthetic_shot import make_shot


def damaged(folder: Path, shot: Path, **changes: Any) -> Path:
    """A copy of a shot.json with some fields changed, or taken out where the new value is None."""
    record = json.loads((shot / "shot.json").read_text()) | changes
    (folder / "shot.json").write_text(json.dumps({name: value for name, value in record.items() if value is not None}))
    return folder


def test_a_written_shot_reads_back(tmp_path: Path) -> None:
    shot = make_shot(tmp_path)
    write_shot(tmp_path / "again", read_shot(tmp_path))
    assert (tmp_path / "again" / "shot.json").read_bytes() == (tmp_path / "shot.json").read_bytes()
    assert read_shot(tmp_path).objects == shot.objects
    np.testing.assert_array_equal(read_shot(tmp_path).frames[1].camera.intrinsics, shot.frames[1].camera.intrinsics)


def test_a_newer_schema_asks_for_an_update(tmp_path: Path, example_shot: Path) -> None:
    with pytest.raises(ShotInvalid, match="schema 2") as caught:
        read_shot(damaged(tmp_path, example_shot, schema=2))
    assert caught.value.hint == "update Overpaint"


@pytest.mark.parametrize("field", ["fps", "frames", "objects", "channels", "width", "clip"])
def test_a_missing_field_is_named(tmp_path: Path, example_shot: Path, field: str) -> None:
    with pytest.raises(ShotInvalid, match=f"lacks the field '{field}'"):
        read_shot(damaged(tmp_path, example_shot, **{field: None}))


@pytest.mark.parametrize(
    ("changes", "value"), [({"width": 65}, "65x64"), ({"fps": 0}, "got 0"), ({"clip": [4, 1]}, "4-1")]
)
def test_a_value_that_makes_no_sense_is_named(
    tmp_path: Path, example_shot: Path, changes: dict[str, Any], value: str
) -> None:
    with pytest.raises(ShotInvalid, match=value):
        read_shot(damaged(tmp_path, example_shot, **changes))


@pytest.mark.parametrize("text", ["", "{", "[]", "3"])
def test_a_file_that_is_no_shot_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "shot.json").write_text(text)
    with pytest.raises(ShotInvalid, match=r"shot\.json"):
        read_shot(tmp_path)


def test_a_folder_without_a_shot_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShotInvalid, match="not a shot folder"):
        read_shot(tmp_path / "nothing")


def test_a_frame_without_passes_is_missing(tmp_path: Path) -> None:
    shot = make_shot(tmp_path)
    require_frames(tmp_path, shot, (1, 4))
    passes_path(tmp_path, 3).unlink()
    with pytest.raises(ShotInvalid, match="frame 3"):
        require_frames(tmp_path, shot, (1, 2, 3, 4))
    with pytest.raises(ShotInvalid, match="frame 5"):
        require_frames(tmp_path, shot, (5,))


@pytest.mark.parametrize("scale", [0, 2, -1])
def test_pass_scale_is_odd_so_that_a_sample_lies_on_every_pixel_centre(scale: int) -> None:
    with pytest.raises(ValueError, match="odd"):
        CaptureSettings(64, 64, scale)


def test_fields_that_a_writer_adds_are_passed_over(tmp_path: Path, example_shot: Path) -> None:
    record = json.loads((example_shot / "shot.json").read_text())
    record["objects"] = [{**item, "layer": 3} for item in record["objects"]]
    record["frames"] = [{**item, "camera": {**item["camera"], "fov": 50}} for item in record["frames"]]
    changed = damaged(tmp_path, example_shot, studio="ours", objects=record["objects"], frames=record["frames"])
    assert read_shot(changed).objects == read_shot(example_shot).objects
