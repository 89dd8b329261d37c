"""How Cycles renders passes that are exact: one sample through every pixel's centre, and no light at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import bpy

from ...engine.contract.errors import SceneInvalid
from ...engine.contract.shot import CaptureSettings, PassChannels
from .. import compat
from .borrowing import Loans
from .identity import AOV, PLACE_AOV, write_identities
from .materials import cover_surfaces
from .modes import leave_modes
from .simulations import free_lost_bakes

PASSES = ("use_pass_z", "use_pass_uv", "use_pass_normal")
LONGEST_LAYER = 40
"""Bytes in the name of a view layer: Blender cuts the names of channels, in which it is the first part, at 64."""


@contextmanager
def exact_passes(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, settings: CaptureSettings) -> Iterator[Loans]:
    """Sets the scene up for capture, and leaves it as it was."""
    with Loans() as loans:
        leave_modes(loans)
        _use_cycles(loans, scene, view_layer)
        _set_picture(loans, scene.render, settings)
        _leave_out_effects(loans, scene)
        _choose_passes(loans, scene, view_layer)
        loans.lend(view_layer, name=_layer_in_files(view_layer))
        _make_solid(loans, scene, view_layer)
        free_lost_bakes(loans, scene)
        cover_surfaces(loans, scene, view_layer)
        write_identities(loans, view_layer)
        yield loans


def channels_of(view_layer: bpy.types.ViewLayer) -> PassChannels:
    """What the passes are called in the files of this view layer. To be asked before it is set up for capture."""
    layer = _layer_in_files(view_layer)
    return PassChannels(
        depth=f"{layer}.Depth.Z",
        uv=(f"{layer}.UV.U", f"{layer}.UV.V"),
        object_id=f"{layer}.{AOV}.X",
        normal=(f"{layer}.Normal.X", f"{layer}.Normal.Y", f"{layer}.Normal.Z"),
        object_place=(f"{layer}.{PLACE_AOV}.R", f"{layer}.{PLACE_AOV}.G", f"{layer}.{PLACE_AOV}.B"),
    )


def _layer_in_files(view_layer: bpy.types.ViewLayer) -> str:
    """The view layer's name, or one that channels have room for."""
    if len(view_layer.name.encode()) <= LONGEST_LAYER:
        return view_layer.name
    taken = view_layer.id_data.view_layers.keys()
    return next(name for number in count(1) if (name := f"Overpaint {number}") not in taken)


def _use_cycles(loans: Loans, scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> None:
    """One sample and a filter so narrow that it lies on the pixel's centre. A box filter would ignore its width."""
    try:
        loans.lend(scene.render, engine="CYCLES")
    except TypeError as error:
        raise SceneInvalid(
            "the Cycles render engine is switched off in this Blender", "enable the add-on Cycles Render Engine"
        ) from error
    loans.lend(
        scene.cycles,
        device="CPU",
        feature_set="SUPPORTED",  # no adaptive subdivision: its surface is not in the evaluated mesh
        shading_system=False,
        samples=1,
        seed=0,
        use_animated_seed=False,
        use_sample_subset=False,
        use_adaptive_sampling=False,
        time_limit=0.0,
        use_denoising=False,
        pixel_filter_type="BLACKMAN_HARRIS",
        filter_width=0.01,
        max_bounces=0,
        use_auto_tile=False,
        use_camera_cull=False,  # what is culled would be in the geometry and not in the passes
        use_distance_cull=False,
    )
    loans.lend(view_layer.cycles, use_denoising=False, denoising_store_passes=False, pass_debug_sample_count=False)
    loans.lend(view_layer, samples=0)


def _set_picture(loans: Loans, render: bpy.types.RenderSettings, settings: CaptureSettings) -> None:
    loans.lend(
        render,
        resolution_x=settings.width * settings.pass_scale,
        resolution_y=settings.height * settings.pass_scale,
        resolution_percentage=100,
        use_border=False,
        film_transparent=True,
        use_persistent_data=True,
        threads_mode="AUTO",
        use_file_extension=True,
        use_single_layer=False,
    )
    loans.keep(render, ("filepath",))
    loans.keep(render.image_settings, compat.image_format_settings(render.image_settings))
    compat.use_multilayer_exr(render.image_settings)
    stamps = [name for name in dir(render) if name.startswith("use_stamp")]
    loans.lend(render, **dict.fromkeys(stamps, False))


def _leave_out_effects(loans: Loans, scene: bpy.types.Scene) -> None:
    """No lens or shutter, no light, nothing after Cycles."""
    loans.lend(
        scene.render,
        use_motion_blur=False,
        use_compositing=False,
        use_sequencer=False,
        use_freestyle=False,
        use_render_cache=False,
    )
    loans.lend(scene, world=None)
    for camera in bpy.data.cameras:
        loans.lend(camera.dof, use_dof=False)


def _choose_passes(loans: Loans, scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> None:
    for layer in scene.view_layers:
        loans.lend(layer, use=layer == view_layer)
    for owner in (view_layer, view_layer.cycles):
        unwanted = [name for name in dir(owner) if name.startswith("use_pass_") and name not in PASSES]
        loans.lend(owner, **dict.fromkeys(unwanted, False))
    loans.lend(view_layer, **dict.fromkeys(PASSES, True))
    loans.lend(view_layer, use_solid=True, use_strand=False, use_volumes=False)


def _make_solid(loans: Loans, scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> None:
    """Every mesh becomes an ordinary surface, and what has no surface is hidden.

    A holdout has no depth, and a shadow catcher is rendered twice and its passes summed.
    """
    for item in bpy.data.objects:
        loans.lend(item, is_holdout=False, is_shadow_catcher=False)
        if item.type in compat.NEVER_MESHES and not compat.may_become_mesh(item):
            loans.lend(item, hide_render=True)
        for modifier in item.modifiers:
            loans.lend(modifier, **compat.NO_ADAPTIVE_SUBDIVISION)
    collections = [view_layer.layer_collection]
    for collection in collections:
        collections.extend(collection.children)
        loans.lend(collection, holdout=False)
