"""Plots of a metric over the frames, as SVG that stands in the page itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 460, 170
LEFT, RIGHT, TOP, BOTTOM = 58, 10, 10, 24
"""Margins in px; the labels of the axes stand in them."""
GRID_LINES = 4
"""As many steps, at most, would reach from the lowest to the highest value."""
ROUND = (1, 2, 2.5, 5)
"""Steps, times a power of ten."""


@dataclass(frozen=True)
class Line:
    """One render's values by frame."""

    title: str
    colour: str
    values: Mapping[int, float]


def plot(lines: Sequence[Line], frames: Sequence[int], description: str) -> str:
    """An <svg> with a polyline per line, broken where a frame has no value; every point tells its value."""
    ticks = round_ticks([value for line in lines for value in line.values.values()])
    axes = _Axes(frames[0], max(frames[-1], frames[0] + 1), ticks)
    drawn = [_draw(line, frames, axes) for line in lines]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(description)}">'
        f"{_grid(axes)}{''.join(drawn)}</svg>"
    )


def round_ticks(values: Sequence[float]) -> tuple[float, ...]:
    """Round numbers in equal steps, from 0 or what is below the lowest value to what is above the highest."""
    low, high = min(0.0, *values), max(*values, 1e-12)
    magnitude = 10 ** floor(log10((high - low) / GRID_LINES))
    enough = (magnitude * mantissa for mantissa in ROUND if magnitude * mantissa * GRID_LINES >= high - low)
    step = next(enough, magnitude * 10)
    return tuple(number * step for number in range(floor(low / step), ceil(high / step) + 1))


@dataclass(frozen=True)
class _Axes:
    first: int
    last: int
    ticks: tuple[float, ...]

    @property
    def low(self) -> float:
        return self.ticks[0]

    @property
    def high(self) -> float:
        return self.ticks[-1]

    def x(self, frame: int) -> float:
        return LEFT + (frame - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


def _grid(axes: _Axes) -> str:
    parts = []
    for value in axes.ticks:
        y = axes.y(value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{value:.3g}</text>')
    for frame, anchor in ((axes.first, "start"), (axes.last, "end")):
        x = axes.x(frame)
        parts.append(f'<text class="tick" x="{x:.1f}" y="{HEIGHT - 7}" text-anchor="{anchor}">frame {frame}</text>')
    return "".join(parts)


def _draw(line: Line, frames: Sequence[int], axes: _Axes) -> str:
    parts = [
        f'<polyline points="{" ".join(_point(axes, frame, line.values[frame]) for frame in run)}" '
        f'fill="none" stroke="{line.colour}" stroke-width="1.8"/>'
        for run in _runs(line, frames)
    ]
    for frame, value in line.values.items():
        title = f"<title>{escape(line.title)}, frame {frame}: {value:.4g}</title>"
        x, y = axes.x(frame), axes.y(value)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{line.colour}">{title}</circle>')
    return "".join(parts)


def _runs(line: Line, frames: Sequence[int]) -> list[list[int]]:
    """Frames in a row that have a value."""
    runs: list[list[int]] = [[]]
    for frame in frames:
        if frame in line.values:
            runs[-1].append(frame)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _point(axes: _Axes, frame: int, value: float) -> str:
    return f"{axes.x(frame):.1f},{axes.y(value):.1f}"
