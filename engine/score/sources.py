"""What a request has scored: found, checked, and ready to be read frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.contract.errors import ModelInvalid, WeightsMissing
from engine.contract.shot import Shot
from engine.score.frames import FrameFolder, open_frames
from engine.score.known_texture import KnownTexture
from engine.score.measure import Measure
from engine.score.no_clip import NoClip
from engine.score.renders import ReadPicture, Render, make_render, pictures_of
from models.registry import resolve

if TYPE_CHECKING:
    from engine.score.vae import VaeRoundTrip

FRAMES, AGAINST, FLOOR, FLOOR_VAE, COLOR = "frames", "against", "floor", "floor_vae", "color"
NO_MODEL = "none"


@dataclass(frozen=True)
class ScoreRequest:
    """What to score, and against what."""

    shot: Path
    frames: Path
    home: Path
    """OVERPAINT_HOME, where local models lie."""
    against: Path | None = None
    tracks: int = 256
    clip: Path | None = None
    """The folder of a CLIP model; without one, that of `home` is taken."""
    model: str = ""
    """Whose VAE the floor goes through: a name or a path, NO_MODEL, or empty for that of the frames' job."""


@dataclass(eq=False)
class Sources:
    """The renders of a request."""

    request: ScoreRequest
    shot: Shot
    renders: list[Render] = field(default_factory=list)
    folders: dict[str, FrameFolder] = field(default_factory=dict)
    not_scored: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    clip_model: str = ""

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)

    def add_folder(self, key: str, title: str, folder: Path) -> None:
        frames = open_frames(folder, self.request.shot, self.shot, self.warn)
        self.folders[key] = frames
        self.renders.append(make_render(key, title, pictures_of(frames, self.shot), self._clip(frames)))

    def add_floor(self, key: str, title: str, read: ReadPicture) -> None:
        self.renders.append(make_render(key, title, read))

    def _clip(self, frames: FrameFolder) -> Measure:
        folder = self.request.clip or _find_clip(self.request.home)
        if folder is None:
            return NoClip("not computed: no CLIP model is on this machine; give --clip FOLDER")
        from engine.score.clip_scores import ClipScores  # loads half a second of libraries

        self.clip_model = str(folder)
        return ClipScores(folder, str(frames.job.get("prompt", "")))


def open_sources(request: ScoreRequest, shot: Shot) -> Sources:
    """The scored frames first, then what they are compared with. Raises FramesInvalid, ModelInvalid, WeightsMissing."""
    sources = Sources(request, shot)
    sources.add_folder(FRAMES, "frames", request.frames)
    if request.against:
        sources.add_folder(AGAINST, "against", request.against)
    texture = KnownTexture(shot)
    sources.add_floor(FLOOR, "floor", lambda view: texture.paint(view.passes))
    if (vae := _vae(sources)) is not None:
        sources.add_floor(FLOOR_VAE, "floor, VAE", lambda view: vae(texture.paint(view.passes)))
    if (request.shot / "color").is_dir():
        sources.add_folder(COLOR, "color/", request.shot / "color")
    else:
        sources.not_scored[COLOR] = "the shot has no plain render in color/"
    return sources


def _find_clip(home: Path) -> Path | None:
    """The first CLIP model among the local models: a folder whose name begins with clip."""
    return next(iter(sorted(path.parent for path in (home / "models").glob("clip*/config.json"))), None)


def _vae(sources: Sources) -> VaeRoundTrip | None:
    """That of the model that was asked for; that of the job only where it is here."""
    asked, of_job = sources.request.model, str(sources.folders[FRAMES].job.get("model", ""))
    if asked == NO_MODEL or not (asked or of_job):
        sources.not_scored[FLOOR_VAE] = "no model was named; give --model"
        return None
    from engine.score.vae import VaeRoundTrip  # loads seconds of libraries

    try:
        return VaeRoundTrip(resolve(asked or of_job, sources.request.home))
    except (ModelInvalid, WeightsMissing) as error:
        if asked:
            raise
        sources.not_scored[FLOOR_VAE] = f"the job's model cannot be had: {error.message}"
        return None
