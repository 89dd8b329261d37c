"""Tracks of surface points through a shot: exact, from its geometry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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

    query_points: np.ndarray
    """(N, 3) float32: t, an index of `frames`, then y and x in pixels."""
    target_points: np.ndarray
    """(N, F, 2) float32: x and y in pixels, (0, 0) the top left corner; NOWHERE behind the camera."""
    occluded: np.ndarray
    """(N, F) bool: hidden, out of the picture, or in another take."""
    object_id: np.ndarray  # (N,) int32
    frames: np.ndarray  # (F,) int32
    size: tuple[int, int]
    """Width and height."""

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
    atlas = TexelAtlas()
    queries = [
        (surface.frame, SurfacePoints(surface, pixels, atlas.of))
        for surface, pixels in choose_queries(surfaces, frames, count, seed)
    ]
    if not queries:
        raise ShotInvalid(f"no surface is seen in {folder}", "point the camera at a mesh and capture again")
    target, occluded = _follow_all(surfaces, frames, queries)
    return PointTracks(
        query_points=np.concatenate([_query_points(frames.index(frame), points) for frame, points in queries]),
        target_points=target,
        occluded=occluded,
        object_id=np.concatenate([points.object_id for _, points in queries]),
        frames=np.array(frames, np.int32),
        size=(shot.width, shot.height),
    )


def _follow_all(
    surfaces: ShotSurfaces, frames: Sequence[int], queries: Sequence[tuple[int, SurfacePoints]]
) -> tuple[np.ndarray, np.ndarray]:
    """`target_points` and `occluded`."""
    starts = take_starts(surfaces.shot, frames)
    target = np.full((sum(len(points.pixels) for _, points in queries), len(frames), 2), NOWHERE, np.float32)
    occluded = np.ones(target.shape[:2], bool)
    for index, frame in enumerate(frames):
        _, surface = surfaces.read(frame)
        row = 0
        for query_frame, points in queries:
            rows = slice(row, row := row + len(points.pixels))
            target[rows, index], seen = follow(points, surface)
            occluded[rows, index] = ~seen | (starts[frame] != starts[query_frame])
    return target, occluded


def choose_queries(
    surfaces: ShotSurfaces, frames: Sequence[int], count: int, seed: int = 0
) -> Iterator[tuple[SurfaceFrame, np.ndarray]]:
    """Pixels (P,), flat indices, of up to QUERY_FRAMES frames in which points are chosen: `count` altogether, or all
    that show a surface where those are fewer; shared out evenly, and drawn evenly over the surface of each frame."""
    chosen = _query_frames(frames)
    available = [_surface_pixels(surfaces.read(frame)[1]).size for frame in chosen]
    for frame, share in zip(chosen, even_shares(count, available), strict=True):
        if share:
            surface = surfaces.read(frame)[1]  # read again: eight frames at once would be too much memory
            generator = np.random.default_rng([seed, frame & 0xFFFFFFFF])
            yield surface, np.sort(generator.choice(_surface_pixels(surface), share, replace=False))


def even_shares(count: int, available: Sequence[int]) -> list[int]:
    """Shares of `count`, none larger than what is available there, and otherwise equal within one."""
    shares = [0] * len(available)
    for done, place in enumerate(np.argsort(available, kind="stable")):  # the scarcest first
        shares[place] = min(available[place], (count - sum(shares)) // (len(available) - done))
    return shares


def _query_frames(frames: Sequence[int]) -> list[int]:
    places = np.linspace(0, len(frames) - 1, min(QUERY_FRAMES, len(frames)))
    return [frames[round(place)] for place in places]


def _surface_pixels(surface: SurfaceFrame) -> np.ndarray:
    return np.flatnonzero(surface.seen.object_id != BACKGROUND)


def follow(points: SurfacePoints, other: SurfaceFrame) -> tuple[np.ndarray, np.ndarray]:
    """Where points are in another frame (P, 2), NOWHERE where that is not in front of the camera; whether seen (P,)."""
    projected = points.project_into(other)
    seen = np.zeros(len(points.pixels), bool)
    seen[other.seen.pixels_of(points.object_id, projected)[0]] = True
    return np.where(projected.depth[:, None] > 0, projected.position, NOWHERE), seen


def _query_points(index: int, points: SurfacePoints) -> np.ndarray:
    x, y = points.position.T
    return np.stack([np.full(len(x), index), y, x], axis=-1).astype(np.float32)
