"""What is scored: found, checked, and ready to be read frame by frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.contract.errors import FramesInvalid, ModelInvalid, WeightsMissing
from engine.contract.shot import Shot
from engine.score.frames import FrameFolder, check_comparable, check_complete, open_frames
from engine.score.known_texture import KnownTexture
from engine.score.measure import Measure
from engine.score.no_clip import NoClip
from engine.score.renders import ReadPicture, Render, given_pictures, make_render, pictures_of
from engine.surface.posing import has_geometry
from models.registry import resolve

if TYPE_CHECKING:
    from engine.score.vae import VaeRoundTrip

FRAMES, AGAINST, FLOOR, FLOOR_VAE, COLOR = "frames", "against", "floor", "floor_vae", "color"
RESERVED = (FRAMES, AGAINST, FLOOR, FLOOR_VAE, COLOR)
NO_MODEL = "none"
TRACKS = 256


@dataclass(frozen=True)
class ScoreRequest:
    """What to score, and against what."""

    shot: Path
    frames: Path
    home: Path
    """OVERPAINT_HOME, where local models lie."""
    against: Path | None = None
    tracks: int = TRACKS
    clip: Path | None = None
    """The folder of a CLIP model; without one, that of `home` is taken."""
    model: str = ""
    """Whose VAE the floor goes through: a name or a path, NO_MODEL, or empty for that of the frames' job."""


@dataclass(eq=False)
class Sources:
    """The renders that are scored over one shot."""

    shot_folder: Path
    shot: Shot
    tracks: int
    """Patches to follow altogether."""
    clip: Path | None = None
    """The folder of a CLIP model."""
    no_clip: str = "not computed: the frames were not shown to CLIP"
    """Why there is none, if so."""
    frames: tuple[int, ...] = ()
    """Those to be scored, sorted."""
    renders: list[Render] = field(default_factory=list)
    folders: dict[str, FrameFolder] = field(default_factory=dict)
    judged: list[str] = field(default_factory=list)
    """The keys of those renders that alarms are given for: all but the floor."""
    not_scored: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    clip_model: str = ""

    @property
    def no_tracks(self) -> str:
        """Why no patches are followed; empty where they are."""
        if not has_geometry(self.shot_folder):
            return "not computed: the shot has no geometry"
        return "" if self.tracks > 0 else "not computed: no tracks were asked for"

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)

    def add_folder(self, key: str, title: str, folder: Path) -> None:
        """A render to be scored. Raises FramesInvalid."""
        frames = open_frames(folder, self.shot_folder, self.shot, self.warn)
        check_complete(frames, self.shot, self.warn)
        self._add_frames(key, title, frames)

    def add_against(self, folder: Path) -> None:
        """A render that the scored frames are compared with. Raises FramesInvalid."""
        frames = open_frames(folder, self.shot_folder, self.shot, self.warn)
        check_comparable(frames, self.frames, self.warn)
        self._add_frames(AGAINST, "against", frames)

    def add_color(self) -> None:
        """The shot's plain render. Nobody asked for it, so that one that is damaged is left out: it is read before."""
        folder = self.shot_folder / "color"
        if not folder.is_dir():
            self.not_scored[COLOR] = "the shot has no plain render in color/"
            return
        try:
            frames = open_frames(folder, self.shot_folder, self.shot, self.warn)
            for frame in frames.paths.keys() & set(self.frames):
                frames.read(frame, (self.shot.width, self.shot.height))
            check_comparable(frames, self.frames, self.warn)
        except FramesInvalid as error:
            self.not_scored[COLOR] = error.message
        else:
            self._add_frames(COLOR, "color/", frames)

    def add_pictures(self, key: str, pictures: Mapping[int, np.ndarray]) -> None:
        """Raises FramesInvalid."""
        self._add(key, key, given_pictures(key, pictures, self.shot), self._clip(None))
        self.judged.append(key)

    def add_floor(self, key: str, title: str, read: ReadPicture) -> None:
        self._add(key, title, read)

    def _add_frames(self, key: str, title: str, frames: FrameFolder) -> None:
        self.folders[key] = frames
        self._add(key, title, pictures_of(frames, self.shot), self._clip(frames))
        self.judged.append(key)

    def _add(self, key: str, title: str, read: ReadPicture, *more: Measure) -> None:
        self.renders.append(make_render(key, title, read, self.no_tracks, *more))

    def _clip(self, frames: FrameFolder | None) -> Measure:
        if self.clip is None or frames is None:
            return NoClip(self.no_clip)
        from engine.score.clip_scores import ClipScores  # loads half a second of libraries

        self.clip_model = str(self.clip)
        return ClipScores(self.clip, str(frames.job.get("prompt", "")))


def open_sources(request: ScoreRequest, shot: Shot) -> Sources:
    """The scored frames first, then what they are compared with. Raises FramesInvalid, ModelInvalid, WeightsMissing."""
    no_clip = "not computed: no CLIP model is on this machine; give --clip FOLDER"
    sources = Sources(request.shot, shot, request.tracks, request.clip or _find_clip(request.home), no_clip)
    sources.add_folder(FRAMES, "frames", request.frames)
    sources.frames = tuple(sources.folders[FRAMES].paths)
    if request.against:
        sources.add_against(request.against)
    texture = KnownTexture(shot)
    sources.add_floor(FLOOR, "floor", lambda view: texture.paint(view.passes))
    if (vae := _vae(sources, request)) is not None:
        sources.add_floor(FLOOR_VAE, "floor, VAE", lambda view: vae(texture.paint(view.passes)))
    sources.add_color()
    return sources


def source_renders(
    shot_folder: Path, shot: Shot, renders: Mapping[str, Path | Mapping[int, np.ndarray]], tracks: int
) -> Sources:
    """Renders by their names, and the floor. Raises FramesInvalid."""
    if not renders:
        raise FramesInvalid("there are no renders to score", "give at least one, by its name")
    if taken := [name for name in renders if name in RESERVED]:
        raise FramesInvalid(f"a render cannot be named {taken[0]!r}", f"choose a name other than {', '.join(RESERVED)}")
    sources = Sources(shot_folder, shot, tracks)
    frames: set[int] = set()
    for name, render in renders.items():
        if isinstance(render, Path):
            sources.add_folder(name, name, render)
            frames |= sources.folders[name].paths.keys()
        else:
            sources.add_pictures(name, render)
            frames |= render.keys() & shot.frames.keys()
    sources.frames = tuple(sorted(frames))
    texture = KnownTexture(shot)
    sources.add_floor(FLOOR, "floor", lambda view: texture.paint(view.passes))
    return sources


def _find_clip(home: Path) -> Path | None:
    """The first CLIP model among the local models: a folder whose name begins with clip."""
    return next(iter(sorted(path.parent for path in (home / "models").glob("clip*/config.json"))), None)


def _vae(sources: Sources, request: ScoreRequest) -> VaeRoundTrip | None:
    """That of the model that was asked for; that of the job only where it is here."""
    asked, of_job = request.model, str(sources.folders[FRAMES].job.get("model", ""))
    if asked == NO_MODEL or not (asked or of_job):
        sources.not_scored[FLOOR_VAE] = "no model was named; give --model"
        return None
    from engine.score.vae import VaeRoundTrip  # loads seconds of libraries

    try:
        return VaeRoundTrip(resolve(asked or of_job, request.home))
    except (ModelInvalid, WeightsMissing) as error:
        if asked:
            raise
        sources.not_scored[FLOOR_VAE] = f"the job's model cannot be had: {error.message}"
        return None
