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
            self._next = self._start
        return range(self._next, last + 1)

    def rewind_for(self, steps: range) -> None:
        """Makes Blender simulate anew if these steps are from the start on.

        Particles that start below 0 would go another way than before, if the scene were not taken to their start first.
        """
        if steps.start > self._start:
            return
        if self._start < 0:
            self._scene.frame_set(self._start)
        for simulation in self._simulations:
            simulation.forget()

    def is_lost_in_renders(self, step: int) -> bool:
        """Whether a step has to be made without rendering, and is lost once it is rendered.

        Frame 0 of a simulation that starts before it is never found again, for 0 stands for none there: what is
        rendered, with its own evaluation, would start anew. And particles do not go on from a frame below 0 as they
        were once it is rendered; so all is played again after it, whatever frames are asked for.
        """
        return self._start < 0 and step <= 0

    def passed(self, frame: int, rendered: bool) -> None:
        """The scene is at this frame, and may have been rendered."""
        moment = math.floor(self._moment(frame))
        self._next = None if rendered and self.is_lost_in_renders(moment) else max(self._start, moment + 1)

    def _moment(self, frame: int) -> float:
        render = self._scene.render
        return frame * render.frame_map_old / render.frame_map_new
