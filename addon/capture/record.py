"""shot.json while it grows: frames, objects with their ids, warnings."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ...engine.contract.errors import SceneInvalid
from ...engine.contract.following import Following, least_trusted
from ...engine.contract.motion import Motion
from ...engine.contract.shot import Shot, ShotFrame, ShotObject, write_shot
from ...engine.contract.uv_warnings import is_final
from .store import geometry_name
from .surfaces import FrameScene, Surface
from .uv_choice import ARTIST, MADE

SAVE_EVERY = 2.0  # seconds: what a killed capture may lose


class ShotRecord:
    """The shot as far as it is captured."""

    def __init__(self, folder: Path, shot: Shot) -> None:
        """Goes on with a shot. Raises ShotInvalid for a damaged file of it."""
        self._following = Following.through(folder, shot)
        self.shot = replace(shot, warnings=self._following.warnings(shot))
        self._folder = folder
        self._saved = 0.0
        self._objects = {item.key: item for item in shot.objects}

    def add(self, frame: int, scene: FrameScene, content: str, motion: Motion) -> list[str]:
        """Adds a captured frame, whose geometry is written; returns the warnings that are new. Raises SceneInvalid for
        a surface that no pass can hold."""
        noted = [self._note_uv(surface) for surface in scene.surfaces.values()]
        frames = {**self.shot.frames, frame: ShotFrame(scene.camera, content)}
        self.shot = replace(self.shot, frames=frames, objects=tuple(self._objects.values()))
        changed = self._following.add(frame, motion, {key: self._objects[key].geometry for key in scene.surfaces})
        warnings = {*scene.left_out, *map(_twins_warning, scene.twins)}
        is_news = changed or any(noted) or not warnings.issubset(self.shot.warnings)
        return self.warn(warnings) if is_news else []

    def save(self, now: bool = True) -> None:
        """Writes shot.json; unless it has to be `now`, only when the last time is long ago."""
        if now or time.monotonic() - self._saved > SAVE_EVERY:
            write_shot(self._folder, self.shot)
            self._saved = time.monotonic()

    def warn(self, warnings: Iterable[str]) -> list[str]:
        """Adds warnings, and those of UVs; returns those that are new and do not change any more."""
        before = {*self.shot.warnings}
        self.shot = replace(self.shot, warnings=tuple(dict.fromkeys([*self.shot.warnings, *warnings])))
        self.shot = replace(self.shot, warnings=self._following.warnings(self.shot))
        return [warning for warning in self.shot.warnings if warning not in before and is_final(warning)]

    def _note_uv(self, surface: Surface) -> bool:
        """Adds the object if it is new, and remembers the least trustworthy source that its UVs had in any frame;
        returns whether people have to be told of it."""
        key, source = surface.identity.key, _uv_source(surface)
        known = self._objects.get(key)
        if known is None:
            self._objects[key] = self._new_object(surface)
            return True
        if least_trusted(known.uv, source) == known.uv:
            return False
        self._objects[key] = replace(known, uv=source)
        return True

    def _new_object(self, surface: Surface) -> ShotObject:
        identity = surface.identity
        if identity.pass_value == 0:
            raise SceneInvalid(
                f"Cycles cannot tell {identity.name!r} of {surface.owner!r} from the background in the passes",
                f"rename {surface.owner!r}: the name decides about the value that stands for it",
            )
        return ShotObject(
            id=len(self._objects) + 1,
            key=identity.key,
            name=identity.name,
            library=identity.library,
            pass_value=identity.pass_value,
            uv=_uv_source(surface),
            geometry=geometry_name(surface.mesh),
        )


def _uv_source(surface: Surface) -> str:
    """Whose UVs it has. Of texts, curves and the like no artist has made any, so theirs are never called replaced."""
    source = surface.mesh.topology.layer.source
    return MADE if surface.kind != "MESH" and source != ARTIST else source


def _twins_warning(twins: tuple[Surface, ...]) -> str:
    names = sorted({surface.owner for surface in twins})
    return f"{len(twins)} surfaces of {', '.join(map(repr, names))} are at one place and share an id"
