"""Reads the surfaces of a shot's frames, and the texels of their meshes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.contract.shot import Shot
from engine.surface.correspondence import SurfaceFrame
from engine.surface.passes import FramePasses, read_passes
from engine.surface.posing import Mesh, PosedObject, Poses, has_geometry
from engine.surface.texels import SurfaceTexels, make_texels, uv_areas
from engine.surface.visibility import SeenSurface

RESOLUTION = 600
"""Texels along a side of an object's texture."""


class ShotSurfaces:
    """The frames of one shot folder."""

    def __init__(self, folder: Path, shot: Shot) -> None:
        self.folder, self.shot = folder, shot
        self.has_geometry = has_geometry(folder)
        self._poses = Poses(folder, shot)

    def stored_meshes(self) -> Iterator[Mesh]:
        """One per object with UVs, as geometry/ has it; none where the shot has no geometry."""
        for item in self.shot.objects if self.has_geometry else ():
            if item.has_uv:
                yield self._poses.stored(item)

    def read(self, frame: int) -> tuple[FramePasses, SurfaceFrame]:
        """Raises ShotInvalid naming the file that is missing or damaged."""
        passes = read_passes(self.folder, self.shot, frame)
        return passes, self.surface_of(frame, passes)

    def surface_of(self, frame: int, passes: FramePasses) -> SurfaceFrame:
        """A frame whose passes have been read."""
        camera = self.shot.frames[frame].camera
        objects = self._poses.at(frame) if self.has_geometry else {}
        return SurfaceFrame(frame, camera, passes.uv, SeenSurface.of(passes, camera), objects)


class TexelAtlas:
    """The texels of meshes, made once for all objects and frames that share a mesh's faces."""

    def __init__(self) -> None:
        self.scale = 1.0
        """By how much textures are smaller than RESOLUTION; not to be changed once there are any."""
        self._texels: dict[str, SurfaceTexels] = {}

    @property
    def resolution(self) -> int:
        return max(1, round(RESOLUTION * self.scale))

    @property
    def smallest(self) -> int:
        """Texels along a side of the smallest texture so far."""
        return min([self.resolution, *(texels.resolution for texels in self._texels.values())])

    def of(self, posed: PosedObject) -> SurfaceTexels:
        """The texture of a mesh with many UDIM tiles has no more texels than others."""
        mesh = posed.mesh
        if mesh.topology not in self._texels:
            tiles = max(1.0, float(uv_areas(mesh.uv).sum()))
            self._texels[mesh.topology] = make_texels(mesh.uv, max(1, round(self.resolution / np.sqrt(tiles))))
        return self._texels[mesh.topology]


def texel_count(mesh: Mesh) -> float:
    """How many texels a mesh has at the full resolution, roughly."""
    return RESOLUTION**2 * min(1.0, float(uv_areas(mesh.uv).sum()))


def take_starts(shot: Shot, frames: Sequence[int]) -> dict[int, int]:
    """For each of some frames, sorted, the first of them in its take: a change of the camera's name is a cut, even
    between frames that are not among them."""
    takes = _takes(shot)
    first_of: dict[int, int] = {}
    return {frame: first_of.setdefault(takes[frame], frame) for frame in frames}


def _takes(shot: Shot) -> dict[int, int]:
    """The number of the take that each of the shot's frames belongs to."""
    frames = sorted(shot.frames)
    takes = dict.fromkeys(frames[:1], 0)
    for before, frame in pairwise(frames):
        is_cut = shot.frames[before].camera.name != shot.frames[frame].camera.name
        takes[frame] = takes[before] + is_cut
    return takes
