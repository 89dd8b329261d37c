"""Reads what the shot shows in one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import OpenEXR

from engine.contract.errors import ShotInvalid
from engine.contract.motion import read_motion
from engine.contract.shot import Shot, passes_path
from engine.surface.object_ids import BACKGROUND, object_ids, tell_apart, tied_objects

NO_DEPTH = np.float32(1e10)
"""What Blender writes where nothing is seen."""


@dataclass(frozen=True)
class FramePasses:
    """What each pixel of a frame shows, one sample at each pixel's centre, row 0 at the top."""

    depth: np.ndarray  # (height, width) float32, planar z in metres; background +inf
    uv: np.ndarray  # (height, width, 2) float32, origin bottom-left; meaningless where object_id is 0
    object_id: np.ndarray  # (height, width) int32, 0 is the background
    normal: np.ndarray  # (height, width, 3) float32, world space, unit length; meaningless where object_id is 0

    def __post_init__(self) -> None:
        height, width = self.depth.shape[:2]
        expected = {
            "depth": ((height, width), np.float32),
            "uv": ((height, width, 2), np.float32),
            "object_id": ((height, width), np.int32),
            "normal": ((height, width, 3), np.float32),
        }
        for name, (shape, dtype) in expected.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != dtype:
                raise ValueError(f"{name}: expected {shape} {np.dtype(dtype)}, got {array.shape} {array.dtype}")
        depths = self.depth[self.is_surface]
        if not ((depths > 0) & np.isfinite(depths)).all():
            raise ValueError("depth: expected positive, finite metres wherever an object is seen")

    @property
    def is_surface(self) -> np.ndarray:
        """(height, width) bool: where some object is seen."""
        return self.object_id != BACKGROUND


def read_passes(folder: Path, shot: Shot, frame: int) -> FramePasses:
    """The passes of one frame at output size: the centre sample of every pixel.

    Raises ShotInvalid naming the file and what is wrong with it.
    """
    path = passes_path(folder, frame)
    again = f"capture frame {frame} again: delete the file, then run `capture` or `render`"
    try:
        channels = _read_channels(path)
        return _frame_passes(folder, shot, frame, channels)
    except FileNotFoundError as error:
        raise ShotInvalid(f"the passes of frame {frame} are missing: {path}", again) from error
    except KeyError as error:
        raise ShotInvalid(f"{path} lacks the channel {error} that shot.json names", again) from error
    except (ValueError, RuntimeError, OSError) as error:
        raise ShotInvalid(f"{path} is damaged: {error}", again) from error


def _read_channels(path: Path) -> dict[str, np.ndarray]:
    """Every channel of every part of an EXR file by its full name, (height, width) each."""
    if not path.is_file():
        raise FileNotFoundError(path)
    with OpenEXR.File(str(path), header_only=True) as headers:
        declared = len(headers.parts)
    with OpenEXR.File(str(path), separate_channels=True) as file:
        if len(file.parts) < declared:  # OpenEXR leaves a damaged part out, with no more than a line on the terminal
            raise ValueError("its pixels cannot be read")
        return {name: channel.pixels for part in file.parts for name, channel in part.channels.items()}


def _frame_passes(folder: Path, shot: Shot, frame: int, channels: Mapping[str, np.ndarray]) -> FramePasses:
    names, scale = shot.channels, shot.capture.pass_scale
    expected = (shot.height * scale, shot.width * scale)

    def centre_samples(name: str) -> np.ndarray:
        pixels = channels[name]
        if pixels.shape != expected:
            raise ValueError(f"channel {name} is {pixels.shape[1]}x{pixels.shape[0]}, not {expected[1]}x{expected[0]}")
        return pixels[scale // 2 :: scale, scale // 2 :: scale]

    def object_places() -> np.ndarray:
        if names.object_place is None:
            raise ValueError("objects of one pass_value are in the frame, and shot.json names no object_place channels")
        return np.stack([centre_samples(name) for name in names.object_place], axis=-1)

    object_id = object_ids(shot.objects, centre_samples(names.object_id))
    if tied := tied_objects(shot.objects):
        object_id = tell_apart(object_id, tied, read_motion(folder, frame).places(), object_places)
    depth = centre_samples(names.depth).astype(np.float32)
    _require_agreement(object_id, depth, is_by_blender="Blender" in shot.generator)
    return FramePasses(
        depth=np.where(object_id == BACKGROUND, np.float32(np.inf), depth),
        uv=np.stack([centre_samples(name) for name in names.uv], axis=-1).astype(np.float32),
        object_id=object_id,
        normal=np.stack([centre_samples(name) for name in names.normal], axis=-1).astype(np.float32),
    )


def _require_agreement(object_id: np.ndarray, depth: np.ndarray, is_by_blender: bool) -> None:
    """Raises ValueError naming a pixel that shows an object without a depth, or, in what Blender rendered, the other
    way round: other programs may write any depth where nothing is seen."""
    has_depth = (depth > 0) & (depth < NO_DEPTH)
    disagrees = (object_id != BACKGROUND) & ~has_depth
    if is_by_blender:
        disagrees |= (object_id == BACKGROUND) & ~(depth >= NO_DEPTH)
    if disagrees.any():
        row, column = np.argwhere(disagrees)[0]
        raise ValueError(
            f"pixel ({column}, {row}) has the object id {object_id[row, column]} and the depth {depth[row, column]}"
        )
