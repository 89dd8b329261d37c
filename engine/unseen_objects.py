"""Names the objects whose look no keyframe can hold."""

from __future__ import annotations

from collections.abc import Sequence

from engine.contract.messages import Emit, Warned
from engine.contract.shot import Shot
from engine.methods.generative_rendering import GenerativeRendering
from engine.methods.method import Method
from engine.surface.object_ids import present_ids
from engine.surface.passes import FramePasses


class UnseenObjects:
    """Tells each of them once, when a frame shows it first; nothing where a method has no keyframes."""

    def __init__(self, shot: Shot, method: Method) -> None:
        keyframes = method.keyframes if isinstance(method, GenerativeRendering) else None
        self._names = {item.id: item.name for item in shot.objects} if keyframes else {}
        self._told = keyframes.seen_objects if keyframes else set()

    def tell(self, passes: Sequence[FramePasses], emit: Emit) -> None:
        shown = {number for frame in passes for number in present_ids(frame.object_id)}
        if unseen := sorted(shown & self._names.keys() - self._told):
            names = ", ".join(repr(self._names[number]) for number in unseen)
            emit(
                Warned(
                    f"no keyframe sees {names} with UVs of its own: painted anew in every frame; try more --keyframes"
                )
            )
            self._told |= set(unseen)
