"""An independent witness: what Blender itself shows, asked with rays, though not by the capture's code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tests.addon.blenders import run_script
from tests.capture.captured import INSIDE, Captured
from tests.capture.ray_cast import Rays, Seen, Triangles, cast_rays


@dataclass(frozen=True)
class Witness:
    """What a scene shows in some of its frames."""

    folder: Path
    width: int
    height: int

    def seen_in(self, captured: Captured, frame: int) -> Seen:
        """What rays meet, with the ids that the shot has for it. Fails where the shot has another name or one id for
        two instances; which of an object's instances has which id, most of its pixels decide."""
        with np.load(self.folder / f"{frame}.npz") as found:
            triangles = Triangles(found["corners"], found["uv"], found["surface"].astype(np.int32) + 1)
            rays = _rays(found["picture"], found["to_world"], bool(found["is_orthographic"]), self.width, self.height)
            seen, names = cast_rays(triangles, rays, tuple(found["clip"])), ["", *found["names"].tolist()]
        id_of = _most_seen(seen.object_id, captured.passes(frame).object_id)
        captured_names = {item.id: item.name for item in captured.shot.objects} | {0: ""}
        assert [captured_names[other] for other in id_of.values()] == [names[index] for index in id_of]
        assert len(set(id_of.values())) == len(id_of)
        return replace(seen, object_id=np.vectorize(id_of.get, otypes=[np.int32])(seen.object_id))


def ask_witness(blender: list[str], scene: Path, folder: Path, size: tuple[int, int], frames: Iterable[int]) -> Witness:
    folder.mkdir(exist_ok=True)
    told = run_script(blender, INSIDE / "witness.py", scene, f"{folder}/", *map(str, [*size, *frames]))
    assert told.returncode == 0, told.stdout + told.stderr
    return Witness(folder, *size)


def _most_seen(ids: np.ndarray, others: np.ndarray) -> dict[int, int]:
    """For each id the one that most of its pixels have in the other picture."""
    return {index: int(np.bincount(others[ids == index]).argmax()) for index in np.unique(ids).tolist()}


def _rays(picture: np.ndarray, to_world: np.ndarray, is_orthographic: bool, width: int, height: int) -> Rays:
    """Through the pixels' centres, between the picture's corners (4, 3) in the camera's space, -z forward."""
    upper_right, _, lower_left, upper_left = picture.astype(np.float64)
    across, down = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    on_picture = (
        upper_left + across[..., None] * (upper_right - upper_left) + down[..., None] * (lower_left - upper_left)
    )
    origins, directions = np.zeros_like(on_picture), np.broadcast_to([0.0, 0.0, -1.0], on_picture.shape)
    if is_orthographic:
        origins = on_picture * (1, 1, 0)
    else:
        directions = on_picture / -on_picture[..., 2:]
    return Rays(origins @ to_world[:3, :3].T + to_world[:3, 3], directions @ to_world[:3, :3].T)
