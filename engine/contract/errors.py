"""Errors for people: each says what is wrong, with the value, and what to do next."""

from __future__ import annotations


class OverpaintError(Exception):
    """A failure a person can act on.

    `message` is one sentence with the offending value, `hint` what to do next.
    `exit_code` is what a command ends with, so that a farm knows whether to try again.
    """

    exit_code = 65

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def kind(self) -> str:
        return type(self).__name__


class UsageError(OverpaintError):
    """The command line or the settings make no sense."""

    exit_code = 2


class SceneInvalid(OverpaintError):
    """The .blend file cannot be captured as it is."""


class ShotInvalid(OverpaintError):
    """The shot folder is incomplete, damaged or of another schema."""


class FramesInvalid(OverpaintError):
    """The frames cannot be scored over this shot: missing, damaged, of another size or of another shot."""


class ModelInvalid(OverpaintError):
    """The checkpoint is damaged, of another architecture, or in a format that is refused."""


class PromptInvalid(OverpaintError):
    """The model was trained with none of the prompt's words."""


class OutputUnwritable(OverpaintError):
    """The output folder cannot be written, or the disk is full."""


class WeightsMissing(OverpaintError):
    """The model is known, but its weights are not on this machine."""

    exit_code = 69


class BlenderMissing(OverpaintError):
    """Neither a Blender nor the bpy wheel was found."""

    exit_code = 69


class EngineMissing(OverpaintError):
    """The engine's environment has not been made."""

    exit_code = 69


class DeviceUnavailable(OverpaintError):
    """The device that was asked for does not exist here."""

    exit_code = 69


class CompilerMissing(OverpaintError):
    """Networks are to be compiled, and there is no compiler here."""

    exit_code = 69


class OutOfMemory(OverpaintError):
    """Memory ran out; the same job may succeed later, elsewhere or in smaller steps."""

    exit_code = 75


class Cancelled(OverpaintError):
    """Somebody ended the job; what is finished is kept."""

    exit_code = 143


def from_kind(kind: str, message: str, hint: str) -> OverpaintError:
    """The error another process reported by name."""
    known = {cls.__name__: cls for cls in OverpaintError.__subclasses__()}
    return known.get(kind, OverpaintError)(message, hint)
