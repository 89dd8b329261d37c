"""Shots that a Blender captured, and what tests ask them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from engine import blender
from engine.contract.messages import FrameWritten, Message
from engine.contract.motion import AS_STORED, Motion, read_motion
from engine.contract.options import capture_parser
from engine.contract.shot import Shot, ShotObject, geometry_path
from engine.surface.passes import FramePasses, read_passes
from tests.capture.ray_cast import Seen, cast_rays, rays_of, read_triangles

INSIDE = Path(__file__).resolve().parent / "inside"
"""Scripts that run in Blender."""


@dataclass(frozen=True)
class Captured:
    folder: Path
    shot: Shot
    messages: list[Message]

    @property
    def written(self) -> list[int]:
        return [message.frame for message in self.messages if isinstance(message, FrameWritten)]

    def passes(self, frame: int) -> FramePasses:
        return read_passes(self.folder, self.shot, frame)

    def rays(self, frame: int) -> Seen:
        """What rays meet of the shot's own geometry and motion."""
        rays = rays_of(self.shot.frames[frame].camera, self.shot.width, self.shot.height)
        return cast_rays(read_triangles(self.folder, self.shot, frame), rays)

    def named(self, name: str) -> list[ShotObject]:
        return [item for item in self.shot.objects if item.name == name]

    def geometry(self, name: str) -> dict[str, np.ndarray]:
        return dict(np.load(geometry_path(self.folder, self.named(name)[0].geometry)))

    def motion(self, frame: int) -> Motion:
        return read_motion(self.folder, frame)

    def shape(self, name: str, frame: int) -> Mapping[str, np.ndarray]:
        """What of an object's geometry file is otherwise in a frame."""
        motion = self.motion(frame)
        index = motion.shape_of[motion.keys.tolist().index(self.named(name)[0].key)]
        return motion.shapes[index] if index != AS_STORED else {}


Capture = Callable[..., Captured]


def capture_with(command: str) -> Capture:
    """The capture as the command does it, in a Blender of its own: `command` is a `blender` or a Python with bpy."""

    def capture(
        scene: Path, folder: Path, *words: str, on_message: Callable[[Message], None] | None = None
    ) -> Captured:
        options = capture_parser("test").parse_args([*words, f"--out={folder}", "--", str(scene)])
        messages: list[Message] = []
        with pytest.MonkeyPatch.context() as variables:
            variables.setenv("OVERPAINT_BLENDER", command)
            shot = blender.capture(scene, options, folder, on_message or messages.append)
        return Captured(folder, shot, messages)

    return capture
