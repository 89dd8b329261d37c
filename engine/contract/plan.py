"""The plan: decided once per clip from a probe of its frames, so that any frame can be painted anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .files import read_json, write_json

PLAN_FILE = "plan.json"


@dataclass(frozen=True)
class Plan:
    """What the frames of a clip share beyond the job."""

    basis: str
    """Hash of all the plan was made from; another basis means another plan."""
    probe: tuple[int, ...]
    """The frames it was made from: at most 16, evenly spaced over the clip."""
    inverse_depth_far: float
    inverse_depth_near: float
    """1/metres, shown black and white in the ControlNet hint."""
    keyframes: tuple[int, ...]
    """Frames whose features the others share; empty for methods without any."""
    chunk: int
    """Frames painted and written together."""
    micro_batch: int
    """Frames that go through the network at once; the last ones are padded to it."""
    threads: int
    dtype: str
    compile: bool = False
    """Whether the networks are compiled, which rounds differently."""
    noise_levels: Mapping[str, int] = field(default_factory=dict)
    """How fine the texels of an object's surface noise are, by its key: 2^level along a side of a UV tile."""
    uv_fineness: Mapping[str, float] = field(default_factory=dict)
    """How many output pixels go to a UV tile along one side, by an object's key, as a power of 2: it says how large the
    places are that share features."""

    def __post_init__(self) -> None:
        if not 0 <= self.inverse_depth_far < self.inverse_depth_near:
            raise ValueError(
                f"inverse depth: expected 0 <= far < near, got {self.inverse_depth_far} and {self.inverse_depth_near}"
            )
        for name in ("chunk", "micro_batch", "threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more, got {getattr(self, name)}")

    @property
    def look(self) -> dict[str, Any]:
        """What the pixels depend on: neither how the plan came about, nor how many frames are written together."""
        return {name: value for name, value in asdict(self).items() if name not in ("basis", "probe", "chunk")}


def write_plan(folder: Path, plan: Plan) -> None:
    write_json(folder / PLAN_FILE, asdict(plan))


def read_plan(folder: Path) -> Plan:
    """Raises FileNotFoundError where there is none, ValueError or TypeError where it is damaged."""
    record: dict[str, Any] = read_json(folder / PLAN_FILE)
    record["probe"], record["keyframes"] = tuple(record["probe"]), tuple(record["keyframes"])
    return Plan(**record)
