"""The result of scoring: every metric of every render, and what a person should know besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.contract.frames import format_frames
from engine.contract.shot import Shot
from engine.score.frames import FrameFolder
from engine.score.metric import Metric
from engine.score.uv_variance import SurfaceVariance


@dataclass(frozen=True)
class RenderScores:
    """All metrics of one series of pictures."""

    key: str
    """`frames`, `against`, `floor`, `floor_vae` or `color`."""
    title: str
    metrics: Mapping[str, Metric]
    surfaces: Sequence[SurfaceVariance]
    """Where on each object the colour varies, the worst first."""


@dataclass(frozen=True)
class Scores:
    """The result of one run."""

    shot_folder: Path
    shot: Shot
    frames: tuple[int, ...]
    correspondence: str
    """`geometry`, or `passes` where the shot has no meshes."""
    texture_side: int
    """Texels along a side of each object's texture."""
    renders: tuple[RenderScores, ...]
    """The scored frames first."""
    folders: Mapping[str, FrameFolder]
    """Where the pictures of a render lie, by its key."""
    not_scored: Mapping[str, str]
    """What might have been scored, too, and why it was not."""
    alarms: tuple[str, ...]
    warnings: tuple[str, ...]
    clip_model: str
    """Where the CLIP model lies; empty without one."""

    def object_name(self, object_id: int) -> str:
        return next(item.name for item in self.shot.objects if item.id == object_id)

    def to_json(self) -> dict[str, Any]:
        """All of it but the surfaces; a value that is not defined is null, with `why_not`."""
        return {
            "shot": str(self.shot_folder),
            "frames": format_frames(self.frames),
            "correspondence": self.correspondence,
            "texture_side": self.texture_side,
            "clip_model": self.clip_model or None,
            "renders": {render.key: _render_to_json(render) for render in self.renders},
            "not_scored": dict(self.not_scored),
            "alarms": list(self.alarms),
            "warnings": list(self.warnings),
        }


def _render_to_json(render: RenderScores) -> dict[str, Any]:
    return {"title": render.title, "metrics": {key: _metric_to_json(metric) for key, metric in render.metrics.items()}}


def _metric_to_json(metric: Metric) -> dict[str, Any]:
    known = {
        "value": metric.value,
        "unit": metric.definition.unit,
        "better": metric.definition.better.value,
        "per_frame": {str(frame): value for frame, value in metric.per_frame.items()},
    }
    return known | ({"why_not": metric.why_not} if metric.why_not else {})
