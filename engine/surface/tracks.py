"""Tracks of surface points through a shot: exact, from its geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.contract.errors import ShotInvalid, UsageError
from engine.contract.files import atomic
from engine.contract.shot import Shot
from engine.surface.correspondence import SurfaceFrame, SurfacePoints
from engine.surface.object_ids import BACKGROUND
from engine.surface.shot_surfaces import ShotSurfaces, TexelAtlas, take_starts

QUERY_FRAMES = 8
"""Frames, evenly spaced, in which points are chosen, so that what comes late or goes early has tracks, too."""
NOWHERE = -1.0


@dataclass(frozen=True, eq=False)
class PointTracks:
    """Tracks in the layout of TAP-Vid."""

    query_points: np.ndarray  # (N, 3) float32: t, an index of `frames`, then y and x in pixels
    target_points: (
        np.ndarray
    )  # (N, F, 2) float32: x, y in pixels, (0, 0) the top left corner; NOWHERE behind the camera
    occluded: np.ndarray  # (N, F) bool: hidden, out of the picture, or in another take
    object_id: np.ndarray  # (N,) int32
    frames: np.ndarray  # (F,) int32
    size: tuple[int, int]  # width, height

    def save(self, path: Path) -> None:
        """Writes an .npz. Raises OutputUnwritable."""
        with atomic(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **{name: np.asarray(value) for name, value in vars(self).items()})  # type: ignore[arg-type]


def track_points(folder: Path, shot: Shot, count: int, seed: int = 0) -> PointTracks:
    """Follows `count` points through all frames of a shot. Raises ShotInvalid where it has no geometry or no
    surface."""
    if count < 1:
        raise UsageError(f"--tracks must be 1 or more, got {count}", "256 is a good number")
    surfaces, frames = ShotSurfaces(folder, shot), sorted(shot.frames)
    if not surfaces.has_geometry:
        raise ShotInvalid(
            f"{folder} has no geometry, so its points cannot be tracked exactly", "capture the scene with Overpaint"
        )
    starts = take_starts(shot, frames)
    queries = choose_queries(surfaces, frames, count, seed, TexelAtlas())
    if not sum(len(points.pixels) for _, points in queries):
        raise ShotInvalid(f"no surface is seen in {folder}", "point the camera at a mesh and capture again")
    target = np.full((sum(len(points.pixels) for _, points in queries), len(frames), 2), NOWHERE, np.float32)
    occluded = np.ones(target.shape[:2], bool)
    for index, frame in enumerate(frames):
        _, surface = surfaces.read(frame)
        row = 0
        for query_frame, points in queries:
            rows = slice(row, row := row + len(points.pixels))
            target[rows, index], seen = follow(points, surface)
            occluded[rows, index] = ~seen | (starts[frame] != starts[query_frame])
    return PointTracks(
        query_points=np.concatenate([_query_points(frames.index(frame), points) for frame, points in queries]),
        target_points=target,
        occluded=occluded,
        object_id=np.concatenate([points.object_id for _, points in queries]),
        frames=np.array(frames, np.int32),
        size=(shot.width, shot.height),
    )


def choose_queries(
    surfaces: ShotSurfaces, frames: Sequence[int], count: int, seed: int, atlas: TexelAtlas
) -> list[tuple[int, SurfacePoints]]:
    """Surface points under `count` pixels, drawn evenly over the area that surfaces take of QUERY_FRAMES frames."""
    chosen = query_frames(frames)
    shares = [count * (index + 1) // len(chosen) - count * index // len(chosen) for index in range(len(chosen))]
    queries = []
    for frame, share in zip(chosen, shares, strict=True):
        _, surface = surfaces.read(frame)
        queries.append((frame, SurfacePoints(surface, draw_pixels(surface, share, seed), atlas.of)))
    return queries


def query_frames(frames: Sequence[int]) -> list[int]:
    places = np.linspace(0, len(frames) - 1, min(QUERY_FRAMES, len(frames)))
    return [frames[round(place)] for place in places]


def draw_pixels(surface: SurfaceFrame, count: int, seed: int) -> np.ndarray:
    """Flat indices (P,) of pixels that show a surface, each at most once."""
    candidates = np.flatnonzero(surface.seen.object_id != BACKGROUND)
    generator = np.random.default_rng([seed, surface.frame & 0xFFFFFFFF])
    return np.sort(generator.choice(candidates, min(count, len(candidates)), replace=False))


def follow(points: SurfacePoints, other: SurfaceFrame) -> tuple[np.ndarray, np.ndarray]:
    """Where points are in another frame (P, 2), NOWHERE where that is not in front of the camera; whether seen (P,)."""
    projected = points.project_into(other)
    seen = np.zeros(len(points.pixels), bool)
    seen[other.seen.pixels_of(points.object_id, projected)[0]] = True
    return np.where(projected.depth[:, None] > 0, projected.position, NOWHERE), seen


def _query_points(index: int, points: SurfacePoints) -> np.ndarray:
    x, y = points.position.T
    return np.stack([np.full(len(x), index), y, x], axis=-1).astype(np.float32)
