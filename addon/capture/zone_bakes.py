"""The files of what geometry nodes bake: simulation zones and Bake nodes."""

from __future__ import annotations

from pathlib import Path

import bpy


def is_zone(bake: bpy.types.NodesModifierBake) -> bool:
    """Whether it is of a simulation zone. A Bake node that nobody baked passes through what it is given."""
    return bake.node is not None and bake.node.bl_idname == "GeometryNodeSimulationOutput"


def has_files(modifier: bpy.types.NodesModifier, bake: bpy.types.NodesModifierBake) -> bool:
    """Whether there are files; of a bake inside the scene file no script is told."""
    return any((bake_folder(modifier, bake) / "meta").glob("*.json"))


def bake_folder(modifier: bpy.types.NodesModifier, bake: bpy.types.NodesModifierBake) -> Path:
    if bake.use_custom_path and bake.directory:
        return _absolute(modifier, bake.directory)
    return _absolute(modifier, modifier.bake_directory) / str(bake.bake_id)


def first_files(modifier: bpy.types.NodesModifier, bake: bpy.types.NodesModifierBake) -> list[Path]:
    """What the file of a bake's first frame is called, whether it is there or not: that depends on the scene."""
    if not (modifier.bake_directory or bake.directory):
        return []
    has_own_range = bake.use_custom_simulation_frame_range
    first = {bake.frame_start} if has_own_range else {scene.frame_start for scene in bpy.data.scenes}
    names = [f"{frame:011.5f}".replace(".", "_") for frame in sorted(first)]
    return [bake_folder(modifier, bake) / "meta" / f"{name}.json" for name in names]


def _absolute(modifier: bpy.types.Modifier, folder: str) -> Path:
    return Path(bpy.path.abspath(folder, library=modifier.id_data.library))
