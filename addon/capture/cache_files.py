"""The files that simulations write beside a scene file while it is captured, where nothing is ours to change."""

from __future__ import annotations

from collections.abc import Collection, Set
from contextlib import suppress
from pathlib import Path

import bpy

from .borrowing import Loans
from .point_caches import folder_beside
from .simulations import Simulation, live_simulations


def files_beside(scene_file: Path) -> Set[Path]:
    """What is in the folder of a scene's caches. Blender may write there as soon as it opens the file."""
    return _found_in(folder_beside(scene_file))


def leave_no_cache_files(loans: Loans, scene: bpy.types.Scene, written_before: Set[Path]) -> None:
    """Lets the loans remove what the simulations of the scene write from now on, and what they have already written.

    Other files stay, for others may be at work there.
    """
    simulations = list(live_simulations(scene))
    for folder in {folder for simulation in simulations if (folder := simulation.folder)}:
        loans.callback(_remove_new, folder, _found_in(folder) - written_before, simulations)


def _remove_new(folder: Path, before: Set[Path], simulations: Collection[Simulation]) -> None:
    ours = {path for simulation in simulations for path in simulation.files()}
    for path in sorted(_found_in(folder) - before, reverse=True):  # a folder after what is in it
        if path in ours:
            path.unlink(missing_ok=True)
        elif path.is_dir():
            with suppress(OSError):  # it is not empty
                path.rmdir()


def _found_in(folder: Path) -> Set[Path]:
    """The folder and all that is in it."""
    return {folder, *folder.rglob("*")} if folder.is_dir() else set()
