"""A job with all it takes to paint its frames."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from engine.contract.job import Job, frame_hash
from engine.contract.plan import Plan
from engine.contract.shot import Shot
from engine.job_models import JobModels
from engine.stamps import finished_frame


@dataclass(frozen=True)
class Painting:
    folder: Path
    job: Job
    plan: Plan
    shot_folder: Path
    shot: Shot
    models: JobModels
    device: torch.device
    job_hash: str

    def made_of(self, frame: int) -> str:
        return frame_hash(self.job_hash, self.shot.frames[frame].content)

    def finished(self, frame: int) -> Path | None:
        return finished_frame(self.folder, frame, self.made_of(frame))

    def finished_frames(self) -> dict[int, Path]:
        """Those of the clip, in their order, with their files; every file is read."""
        frames = [frame for frame in sorted(self.shot.frames) if frame in self.job.clip]
        return {frame: path for frame in frames if (path := self.finished(frame))}
