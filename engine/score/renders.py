"""One series of pictures, and everything that is measured of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from engine.contract.errors import FramesInvalid
from engine.contract.frames import format_frames
from engine.contract.shot import Shot
from engine.score.flicker import Flicker
from engine.score.frames import FrameFolder
from engine.score.measure import Measure, Pictures
from engine.score.metric import Metric
from engine.score.motion import Motion
from engine.score.motion_followed import MotionFollowed
from engine.score.outlines import Outlines
from engine.score.patch_drift import PatchDrift
from engine.score.pictures import Picture
from engine.score.sharpness import Sharpness
from engine.score.sticking import Sticking
from engine.score.uv_pairs import UvPairs
from engine.score.uv_variance import UvVariance
from engine.score.view import View
from engine.score.warp_error import WarpError

ReadPicture = Callable[[View], Picture | None]
ROUNDING = 1e-3
"""Values beyond black or white by no more than this are taken as they are."""


@dataclass(eq=False)
class Render:
    """One series of pictures, and what is measured of it."""

    key: str
    title: str
    read: ReadPicture
    """None where it has no picture of the frame."""
    variance: UvVariance = field(default_factory=UvVariance)
    others: Sequence[Measure] = ()
    _earlier: dict[int, Picture] = field(default_factory=dict)

    @property
    def measures(self) -> list[Measure]:
        return [self.variance, *self.others]

    def add(self, view: View, remembered: Set[int]) -> None:
        """Measures the render's picture of a frame; keeps it for those that look back to it."""
        picture = self.read(view)
        if picture is None:
            return
        texel_colours = [picture.at(texels.pixel) for texels in view.texels]
        for measure in self.measures:
            measure.add(view, Pictures(picture, texel_colours, self._earlier))
        self._earlier[view.frame] = picture
        self._earlier = {frame: earlier for frame, earlier in self._earlier.items() if frame in remembered}

    def metrics(self) -> list[Metric]:
        return [metric for measure in self.measures for metric in measure.metrics()]


def make_render(key: str, title: str, read: ReadPicture, no_tracks: str = "", *more: Measure) -> Render:
    """With all metrics that take nothing but the shot and the pictures, and `more`; `no_tracks` says why there are no
    patches to follow, if so."""
    others: list[Measure] = [
        UvPairs(),
        WarpError(),
        Flicker(),
        Sticking(),
        MotionFollowed(),
        Motion(),
        Sharpness(),
        Outlines(),
        PatchDrift(no_tracks),
        *more,
    ]
    return Render(key, title, read, others=others)


def pictures_of(frames: FrameFolder, shot: Shot) -> ReadPicture:
    def read(view: View) -> Picture | None:
        return frames.read(view.frame, (shot.width, shot.height)) if view.frame in frames.paths else None

    return read


def given_pictures(name: str, pictures: Mapping[int, np.ndarray], shot: Shot) -> ReadPicture:
    """Those of a render that is not in files. Raises FramesInvalid where the shot has none of their frames, and when
    one is read that has not the shot's size or is not of floats in [0, 1]."""
    if not pictures.keys() & shot.frames.keys():
        raise FramesInvalid(
            f"{name} has none of the shot's frames {format_frames(shot.frames)}", "give its pictures by frame number"
        )

    def read(view: View) -> Picture | None:
        if view.frame not in pictures:
            return None
        rgb = np.asarray(pictures[view.frame])
        _check_pixels(f"frame {view.frame} of {name}", rgb, (shot.height, shot.width, 3))
        return Picture(np.ascontiguousarray(rgb, np.float32))

    return read


def _check_pixels(which: str, rgb: np.ndarray, shape: tuple[int, ...]) -> None:
    if rgb.shape != shape:
        raise FramesInvalid(
            f"{which} is {rgb.shape}, and the shot is {shape}",
            "score frames over the shot that they were rendered from, at its size",
        )
    if not np.issubdtype(rgb.dtype, np.floating):
        raise FramesInvalid(f"{which} is of {rgb.dtype}", "give floats from 0 to 1")
    low, high = float(rgb.min()), float(rgb.max())
    if not (low >= -ROUNDING and high <= 1 + ROUNDING):  # NaN is neither
        raise FramesInvalid(f"{which} has values from {low:g} to {high:g}", "give sRGB values from 0 to 1")
