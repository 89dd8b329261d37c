"""Simulations that are not baked, played in their order."""

from __future__ import annotations

import math

import bpy

from .simulations import live_simulations


class Playback:
    """How far the simulations of a scene are, as its frames are stepped through and rendered."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self._scene = scene
        self._simulations = tuple(live_simulations(scene))
        self._start = min((simulation.first_frame for simulation in self._simulations), default=0)
        self._next: int | None = None

    def steps_to(self, frame: int) -> range:
        """What has to be stepped through, in the simulations' own time, before the frame is rendered.

        Blender keeps what it simulated, and rendering the frame reads it from there.
        """
        if not self._simulations:
            return range(0)
        last = math.ceil(self._moment(frame))
        if self._next is None or self._next > last + 1:
            for simulation in self._simulations:
                simulation.forget()
            self._next = self._start
        return range(self._next, last + 1)

    def is_lost_in_renders(self, step: int) -> bool:
        """Whether a step has to be made without rendering. Frame 0 of a simulation that starts before it is never found
        again, for 0 stands for none there: what is rendered, with its own evaluation, would start anew."""
        return self._start < 0 and step <= 0

    def passed(self, frame: int, rendered: bool) -> None:
        """The scene is at this frame, and may have been rendered."""
        moment = math.floor(self._moment(frame))
        is_lost = rendered and moment == 0 and self._start < 0
        self._next = None if is_lost else max(self._start, moment + 1)

    def _moment(self, frame: int) -> float:
        render = self._scene.render
        return frame * render.frame_map_old / render.frame_map_new
