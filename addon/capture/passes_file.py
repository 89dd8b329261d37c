"""The passes of a frame as Blender wrote them: whether all are there, and what they alone tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...engine.contract.errors import OutputUnwritable, SceneInvalid
from ...engine.contract.hashing import content_hash
from ...engine.contract.shot import PassChannels
from .exr_file import channel_names, is_whole, read_channels
from .surfaces import FrameScene


@dataclass(frozen=True)
class PassesFile:
    """A file that is not yet under its final name."""

    path: Path
    height: int
    width: int
    channels: PassChannels

    def require_whole(self, final_path: Path) -> None:
        """Raises OutputUnwritable for half a file, and SceneInvalid for a pass that Blender left out."""
        if not is_whole(self.path, self.height):
            raise OutputUnwritable(
                f"Blender could not write all of {final_path}",
                "free some space or choose another --out folder, then run the same command again",
            )
        wanted = {self.channels.depth, *self.channels.uv, self.channels.object_id, *self.channels.normal}
        if missing := wanted - {*channel_names(self.path)}:
            raise SceneInvalid(
                f"Blender did not write the channel {min(missing)!r} of {final_path.name}",
                "give the view layer a short name without dots, or choose another with --view-layer",
            )

    def content(self, frame: int, scene: FrameScene, is_first: bool) -> str:
        """Changes whenever what the frame shows does. Only where there are holes has it to be asked of the pixels, for
        anything in a scene may decide about them.

        Whether everything that is seen is among the scene's surfaces is asked along with it, and of the first frame;
        every time would cost too much. Raises SceneInvalid for what is not.
        """
        if not is_first and not scene.has_holes:
            return scene.digest
        names = (self.channels.object_id, self.channels.depth)
        object_id, depth = read_channels(self.path, self.height, self.width, names).values()
        _require_owners(frame, scene, object_id)
        return content_hash(scene.digest, object_id, depth) if scene.has_holes else scene.digest


def _require_owners(frame: int, scene: FrameScene, object_id: np.ndarray) -> None:
    known = np.array([0.0, *(surface.identity.pass_value for surface in scene.surfaces.values())], np.float32)
    rows, columns = np.nonzero(~np.isin(object_id, known))
    if len(rows):
        raise SceneInvalid(
            f"frame {frame} shows something at column {columns[0]} of row {rows[0]} that is no mesh of the scene: "
            f"{len(rows)} pixels of it",
            "hide in renders what is there, or make it a mesh with Object > Convert",
        )
