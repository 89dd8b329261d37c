"""shot.json while it grows: frames, objects with their ids, warnings."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ...engine.contract.errors import SceneInvalid
from ...engine.contract.shot import Shot, ShotFrame, ShotObject, write_shot
from .surfaces import FrameScene, Surface

SAVE_EVERY = 2.0  # seconds: what a killed capture may lose


class ShotRecord:
    """The shot as far as it is captured."""

    def __init__(self, folder: Path, shot: Shot) -> None:
        self.shot = shot
        self._folder = folder
        self._saved = 0.0
        self._objects = {item.key: item for item in shot.objects}
        self._names_by_value = {item.pass_value: item.name for item in shot.objects}

    def add(self, frame: int, scene: FrameScene) -> list[str]:
        """Adds a captured frame; returns the warnings that are new. Raises SceneInvalid for surfaces of one value."""
        new = [surface for key, surface in scene.surfaces.items() if key not in self._objects]
        for surface in new:
            self._add_object(surface)
        frames = {**self.shot.frames, frame: ShotFrame(scene.camera, scene.digest)}
        self.shot = replace(self.shot, frames=frames, objects=tuple(self._objects.values()))
        without_uv = {surface.owner for surface in new if not surface.mesh.topology.has_uv}
        return self.warn(
            [f"{name!r} has no UV map" for name in sorted(without_uv)]
            + [f"{name!r} has no faces, and is left out" for name in scene.empty]
            + [f"the points of {name!r} are left out" for name in scene.points]
        )

    def save(self, now: bool = True) -> None:
        """Writes shot.json; unless it has to be `now`, only when the last time is long ago."""
        if now or time.monotonic() - self._saved > SAVE_EVERY:
            write_shot(self._folder, self.shot)
            self._saved = time.monotonic()

    def warn(self, warnings: Iterable[str]) -> list[str]:
        """Adds warnings; returns those that are new."""
        new = [warning for warning in warnings if warning not in self.shot.warnings]
        self.shot = replace(self.shot, warnings=(*self.shot.warnings, *new))
        return new

    def _add_object(self, surface: Surface) -> None:
        identity = surface.identity
        twin = "the background" if identity.pass_value == 0 else self._names_by_value.get(identity.pass_value)
        if twin is not None:
            raise SceneInvalid(
                f"Cycles cannot tell {identity.name!r} of {surface.owner!r} from {twin!r} in the passes",
                f"rename {surface.owner!r}: the name decides about the value that stands for it",
            )
        self._names_by_value[identity.pass_value] = identity.name
        self._objects[identity.key] = ShotObject(
            id=len(self._objects) + 1,
            key=identity.key,
            name=identity.name,
            library=identity.library,
            pass_value=identity.pass_value,
            has_uv=surface.mesh.topology.has_uv,
        )
