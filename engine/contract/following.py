"""Which surfaces cannot be followed through a shot, for their UVs change: told by its files alone, and so the same
however many processes captured them, in whatever order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .geometry import read_geometry
from .layers import CornerUv
from .motion import AS_STORED, Motion, read_motion
from .shot import Shot, geometry_path, missing_frames
from .uv_warnings import is_uv_warning, uv_warnings

UV_SOURCES = ("artist", "repacked", "replaced", "made")
"""What `ShotObject.uv` may be, the most trustworthy first."""
ARTIST = UV_SOURCES[0]
CANNOT_FOLLOW = " cannot be followed from frame "
WARNING = "the surface of {!r}" + CANNOT_FOLLOW + "{} on: its faces or UVs change, and not all its UVs are the artist's"


def least_trusted(*sources: str) -> str:
    return max(sources, key=UV_SOURCES.index)


@dataclass(frozen=True)
class _Stay:
    """How long an object keeps its UVs."""

    first: int
    """The first frame it is there."""
    layer: int
    """The number of its UVs in that frame, among those of its geometry file."""
    changed: int | None = None
    """The first frame in which they are others."""

    def with_frame(self, frame: int, layer: int) -> _Stay:
        if layer == self.layer:
            return replace(self, first=min(frame, self.first))
        if frame < self.first:
            return _Stay(frame, layer, changed=self.first)
        return replace(self, changed=frame if self.changed is None else min(frame, self.changed))


class Following:
    """How long the objects of a shot keep their UVs, over the frames that were added in any order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stays: dict[str, _Stay] = {}
        self._layers: dict[str, list[CornerUv]] = {}  # by geometry file, whose own is the first

    @classmethod
    def through(cls, folder: Path, shot: Shot) -> Following:
        """Over all frames that the folder holds. Raises ShotInvalid for a damaged file."""
        following = cls(folder)
        for frame in sorted(set(shot.frames) - {*missing_frames(folder, shot, shot.frames)}):
            following.add(frame, read_motion(folder, frame), {item.key: item.geometry for item in shot.objects})
        return following

    def add(self, frame: int, motion: Motion, geometry: Mapping[str, str]) -> bool:
        """Adds a frame, and tells whether it changes what has to be told; `geometry` names the geometry files, which
        are written, of objects by their keys."""
        layer_of_shape: dict[tuple[str, int], int] = {}  # instances share their shapes
        news = False
        for key, shape in zip(motion.keys.tolist(), motion.shape_of.tolist(), strict=True):
            stay = self._stays.get(key)
            if stay and stay.changed is not None and frame >= stay.changed:
                continue
            name = geometry[key]
            if (name, shape) not in layer_of_shape:
                arrays = motion.shapes[shape] if shape != AS_STORED else {}
                layer_of_shape[name, shape] = self._layer_of(name, arrays)
            layer = layer_of_shape[name, shape]
            self._stays[key] = stay.with_frame(frame, layer) if stay else _Stay(frame, layer)
            news |= stay is not None and self._stays[key].changed != stay.changed
        return news

    def warnings(self, shot: Shot) -> tuple[str, ...]:
        """Those of the shot, sorted, for the order in which frames are captured means nothing; and after them those of
        the surfaces that cannot be followed, one for each name. What is told of objects is told anew."""
        others = {each for each in shot.warnings if CANNOT_FOLLOW not in each and not is_uv_warning(each)}
        changed: dict[str, int] = {}
        for item in shot.objects:
            stay = self._stays.get(item.key)
            if item.uv != ARTIST and stay and stay.changed is not None:
                changed[item.name] = min(stay.changed, changed.get(item.name, stay.changed))
        told = sorted((frame, name) for name, frame in changed.items())
        return (*sorted({*others, *uv_warnings(shot.objects)}), *(WARNING.format(name, frame) for frame, name in told))

    def _layer_of(self, geometry: str, shape: Mapping[str, np.ndarray]) -> int:
        """0 where the shape has the UVs of its geometry file: most do, and then nothing has to be compared."""
        if "uv" not in shape:
            return 0
        layer = CornerUv.of(shape)
        if geometry not in self._layers:
            stored = read_geometry(geometry_path(self._folder, geometry))
            self._layers[geometry] = [CornerUv.of(stored)]
        known = self._layers[geometry]
        for number, other in enumerate(known):
            if layer.same_as(other):
                return number
        known.append(layer)
        return len(known) - 1
