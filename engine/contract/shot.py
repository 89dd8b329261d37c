"""The shot folder: what a program that knows the geometry writes and the engine reads; see docs/shot-folder.md.

Sizes, intrinsics and frames are in output pixels, row 0 at the top. Matrices are 4×4 row-major, metres.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from .errors import ShotInvalid
from .files import read_json, write_json
from .frames import Clip, frame_name
from .hashing import file_hash

SCHEMA = 1
SHOT_FILE = "shot.json"


def passes_path(shot: Path, frame: int) -> Path:
    return shot / "passes" / f"{frame_name(frame)}.exr"


def motion_path(shot: Path, frame: int) -> Path:
    return shot / "motion" / f"{frame_name(frame)}.npz"


def geometry_path(shot: Path, name: str) -> Path:
    """The file that an object's `geometry` names."""
    return shot / "geometry" / f"{name}.npz"


@dataclass(frozen=True)
class Camera:
    """One frame's camera. A change of `name` from one frame to the next is a cut."""

    name: str
    projection: str
    """`perspective` or `orthographic`."""
    intrinsics: np.ndarray  # (3, 3) float64
    """Camera space to output pixels; (0, 0) is the picture's top left corner, (0.5, 0.5) its first pixel's centre.
    Perspective: [u v 1]·z = K·[x y z]. Orthographic: [u v 1] = K·[x y 1]."""
    world_to_camera: np.ndarray  # (4, 4) float64
    """x right, y down, z forward."""

    def __post_init__(self) -> None:
        if self.projection not in ("perspective", "orthographic"):
            raise ValueError(f"camera {self.name!r}: expected perspective or orthographic, got {self.projection!r}")
        for name, shape in (("intrinsics", (3, 3)), ("world_to_camera", (4, 4))):
            matrix = np.asarray(getattr(self, name), dtype=np.float64)
            if matrix.shape != shape or not np.isfinite(matrix).all():
                raise ValueError(
                    f"camera {self.name!r}: {name}: expected {shape} finite numbers, got {matrix.tolist()}"
                )
            matrix.setflags(write=False)
            object.__setattr__(self, name, matrix)


@dataclass(frozen=True)
class ShotObject:
    """One instance of an object: the surface that owns an id in the passes."""

    id: int
    """1 and up; 0 is the background."""
    key: str
    """Stable: a hash of object name, library path and instance path. It seeds the object's noise."""
    name: str
    library: str = ""
    pass_value: float | None = None
    """The value that stands for this object in the object_id channel, where that is not the id itself. Objects may
    share it: where a frame shows several of them, the object_place channels tell them apart."""
    has_uv: bool = True
    uv: str = "artist"
    """`artist`: the UV map that the object has. `repacked`: its islands, moved apart for they overlapped. `replaced`:
    others, for it was not unique. `made`: there was none."""
    geometry: str = ""
    """Names the geometry file, which objects with one mesh share. Empty: the key names it."""

    def __post_init__(self) -> None:
        if self.id < 1:
            raise ValueError(f"object {self.name!r}: expected an id of 1 or more, got {self.id}")
        object.__setattr__(self, "geometry", self.geometry or self.key)


@dataclass(frozen=True)
class PassChannels:
    """The EXR channel names of each pass; the reader obeys only these."""

    depth: str
    uv: tuple[str, str]
    object_id: str
    normal: tuple[str, str, str]
    object_place: tuple[str, str, str] | None = None
    """The object's origin in the world; only in the files of frames in which objects share a pass_value."""


@dataclass(frozen=True)
class CaptureSettings:
    """What was asked of the capture. A frame captured with other settings is another frame."""

    width: int
    height: int
    pass_scale: int = 1
    scene: str = ""
    view_layer: str = ""
    camera: str = ""
    """Empty: the scene's own, with its cuts."""
    autoexec: bool = False
    """Whether scripts and drivers in the scene's file were allowed to run."""

    def __post_init__(self) -> None:
        if self.width < 8 or self.height < 8 or self.width % 8 or self.height % 8:
            raise ValueError(f"width, height: expected multiples of 8, got {self.width}x{self.height}")
        if self.pass_scale < 1 or self.pass_scale % 2 == 0:
            raise ValueError(f"pass_scale: expected an odd number, got {self.pass_scale}")


@dataclass(frozen=True)
class ShotFrame:
    """A captured frame: its camera, and a digest that changes whenever what is seen changes."""

    camera: Camera
    content: str


@dataclass(frozen=True)
class Shot:
    """The contents of shot.json."""

    fps: float
    clip: Clip
    """The scene's frame range, with its step."""
    channels: PassChannels
    capture: CaptureSettings
    objects: tuple[ShotObject, ...] = ()
    frames: Mapping[int, ShotFrame] = field(default_factory=dict)
    scene_size: tuple[int, int] | None = None
    """The scene's own width and height: what is captured where no size is asked for."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the scene file and of every file it reads, by path relative to the scene file's folder.
    Empty where the scene was captured as it was in memory."""
    generator: str = ""
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.fps > 0:
            raise ValueError(f"fps: expected a positive number, got {self.fps}")
        ids = [item.id for item in self.objects]
        if len(set(ids)) < len(ids):
            raise ValueError(f"objects: expected every id once, got {sorted(ids)}")

    @property
    def width(self) -> int:
        return self.capture.width

    @property
    def height(self) -> int:
        return self.capture.height


def write_shot(folder: Path, shot: Shot) -> None:
    """Writes shot.json, whole or not at all."""
    write_json(folder / SHOT_FILE, _to_json(shot))


def read_shot(folder: Path) -> Shot:
    """Reads shot.json. Raises ShotInvalid naming the file, the field and the value."""
    path = folder / SHOT_FILE
    try:
        record = read_json(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ShotInvalid(f"{folder} is not a shot folder: it has no {SHOT_FILE}", "capture the scene first") from error
    except ValueError as error:
        raise ShotInvalid(f"{path} is not JSON: {error}", "capture the scene again") from error
    schema = record.get("schema") if isinstance(record, dict) else None
    if schema != SCHEMA:
        raise ShotInvalid(
            f"{path} has schema {schema!r}, this version of Overpaint reads {SCHEMA}",
            "update Overpaint" if isinstance(schema, int) and schema > SCHEMA else "capture the scene again",
        )
    try:
        return _from_json(record)
    except KeyError as error:
        raise ShotInvalid(f"{path} lacks the field {error}", "see docs/shot-folder.md") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ShotInvalid(f"{path}: {error}", "see docs/shot-folder.md") from error


def require_frames(folder: Path, shot: Shot, wanted: tuple[int, ...]) -> None:
    """Raises ShotInvalid naming the first frame that was not captured, or whose passes are gone."""
    for frame in wanted:
        if frame not in shot.frames or not passes_path(folder, frame).is_file():
            raise ShotInvalid(
                f"frame {frame} is not in the shot {folder}", "capture it first, or choose other --frames"
            )


def sources_unchanged(shot: Shot, scene_file: Path) -> bool:
    """Whether the shot was captured from `scene_file` as it lies there now, with every file it reads."""
    if scene_file.name not in shot.sources:
        return False
    return all(source_hash(scene_file.parent / name) == known for name, known in shot.sources.items())


def source_hash(path: Path) -> str:
    """SHA-256 of a file that a scene reads, empty where it is missing."""
    return file_hash(path) if path.is_file() else ""


def frames_to_capture(frames: Iterable[int], clip: Clip) -> tuple[int, ...]:
    """The frames to paint and those that the plan looks at, sorted."""
    return tuple(sorted({*frames, *clip.probe()}))


def missing_frames(folder: Path, shot: Shot, wanted: Iterable[int]) -> tuple[int, ...]:
    """Those of the wanted frames that the shot does not hold, or not completely."""
    if not all(geometry_path(folder, name).is_file() for name in {item.geometry for item in shot.objects}):
        return tuple(wanted)
    return tuple(
        frame
        for frame in wanted
        if frame not in shot.frames
        or not passes_path(folder, frame).is_file()
        or not motion_path(folder, frame).is_file()
    )


def _to_json(shot: Shot) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "generator": shot.generator,
        "sources": dict(sorted(shot.sources.items())),
        "fps": shot.fps,
        "clip": [shot.clip.first, shot.clip.last],
        "frame_step": shot.clip.step,
        "width": shot.width,
        "height": shot.height,
        "pass_scale": shot.capture.pass_scale,
        "scene_size": list(shot.scene_size) if shot.scene_size else None,
        "capture": {name: getattr(shot.capture, name) for name in ("scene", "view_layer", "camera", "autoexec")},
        "channels": _plain(shot.channels),
        "objects": [_plain(item) for item in shot.objects],
        "frames": [_frame_to_json(number, frame) for number, frame in sorted(shot.frames.items())],
        "warnings": list(shot.warnings),
    }


def _from_json(record: dict[str, Any]) -> Shot:
    asked: dict[str, Any] = record.get("capture", {})
    width, height, pass_scale = (int(record[name]) for name in ("width", "height", "pass_scale"))
    first, last = record["clip"]
    return Shot(
        fps=float(record["fps"]),
        clip=Clip(first, last, record.get("frame_step", 1)),
        channels=_channels_from_json(record["channels"]),
        capture=CaptureSettings(width, height, pass_scale, **_known(CaptureSettings, asked)),
        objects=tuple(ShotObject(**_known(ShotObject, item)) for item in record["objects"]),
        frames={int(item["frame"]): _frame_from_json(item) for item in record["frames"]},
        scene_size=tuple(record["scene_size"]) if record.get("scene_size") else None,
        sources=record.get("sources", {}),
        generator=record.get("generator", ""),
        warnings=tuple(record.get("warnings", ())),
    )


def _channels_from_json(names: dict[str, Any]) -> PassChannels:
    return PassChannels(
        depth=names["depth"],
        uv=tuple(names["uv"]),
        object_id=names["object_id"],
        normal=tuple(names["normal"]),
        object_place=tuple(names["object_place"]) if "object_place" in names else None,
    )


def _frame_to_json(number: int, frame: ShotFrame) -> dict[str, Any]:
    camera = _plain(frame.camera)
    camera["intrinsics"] = frame.camera.intrinsics.tolist()
    camera["world_to_camera"] = frame.camera.world_to_camera.tolist()
    return {"frame": number, "camera": camera, "content": frame.content}


def _frame_from_json(item: dict[str, Any]) -> ShotFrame:
    return ShotFrame(Camera(**_known(Camera, item["camera"])), item["content"])


def _known(kind: type, record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a dataclass has; what else a writer adds is passed over."""
    names = {item.name for item in fields(kind)}
    return {name: value for name, value in record.items() if name in names}


def _plain(record: Any) -> dict[str, Any]:
    """A dataclass as a JSON object, one level deep; fields that are None are left out."""
    values = {item.name: getattr(record, item.name) for item in fields(record)}
    return {name: value for name, value in values.items() if value is not None}
