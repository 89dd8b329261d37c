"""Simulations that are not baked: a frame of them is right only after all frames before it, in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...engine.contract.frames import format_frames
from .borrowing import Loans
from .fluids import baked_surfaces, fluid_folder, is_domain, simulated_files, surface_files
from .point_caches import (
    baked_frames,
    cache_files,
    cache_folder,
    free_bake,
    has_lost_files,
    is_on_disk,
    lost_frames,
    may_be_freed,
)
from .wording import enumeration
from .zone_bakes import bake_folder, first_files, has_files, is_zone


@dataclass(frozen=True)
class Simulation:
    """A simulation that Blender computes while frames pass."""

    name: str
    first_frame: int
    cache: bpy.types.PointCache | None = None
    """Where Blender keeps its frames, for those that use one."""
    is_particles: bool = False

    fluid: bpy.types.FluidModifier | None = None
    """The domain, of a fluid."""

    @property
    def folder(self) -> Path | None:
        """Where Blender writes its frames, if not into memory."""
        if self.fluid:
            return fluid_folder(self.fluid)
        return cache_folder(self.cache) if self.cache and self.cache.use_disk_cache else None

    def files(self) -> set[Path]:
        """What is there of the files with its frames."""
        if self.fluid:
            return set(simulated_files(self.fluid))
        return {*cache_files(self.cache)} if self.cache and self.cache.use_disk_cache else set()

    @property
    def is_live(self) -> bool:
        """Whether it has to be simulated. One whose baked files are lost can be, unless it is not ours to change."""
        if self.cache is None:
            return True
        if self.cache.use_external:
            return False
        return not self.cache.is_baked or (has_lost_files(self.cache) and may_be_freed(self.cache))

    def forget(self) -> None:
        """Makes Blender simulate anew: the frames that a file holds may be from a jump over others.

        Not with files: Blender would remove them, and they are not ours.
        """
        if self.cache and not self.cache.use_disk_cache:
            self.cache.frame_step = self.cache.frame_step  # outdates the cache, though nothing changes


def needs_sequence(scene: bpy.types.Scene) -> str:
    """Why the frames of the scene have to be evaluated in order; empty where every frame stands for itself."""
    names = [simulation.name for simulation in live_simulations(scene)]
    return f"{enumeration(names)} not baked" if names else ""


def lost_below_one(scene: bpy.types.Scene, frames: Collection[int]) -> Iterator[str]:
    """Warnings of what the frames cannot show right of simulations that start before frame 0: see Playback."""
    early = [simulation for simulation in live_simulations(scene) if simulation.first_frame < 0]
    particles = [simulation.name for simulation in early if simulation.is_particles]
    others = [simulation.name for simulation in early if not simulation.is_particles]
    if particles and min(frames) < 1:
        names = enumeration(particles)
        yield f"the frames below 1 show the particles {names} at wrong places, for they start before 0: start them at 0"
    if others and 0 in frames:
        names = enumeration(others)
        yield f"frame 0 is lost of {names}, which start before it: start them at 0, or the scene at 1"


def live_simulations(scene: bpy.types.Scene) -> Iterator[Simulation]:
    """The simulations of the scene that are not baked, or whose baked files are lost."""
    return (simulation for simulation in _simulations(scene) if simulation.is_live)


def lost_bakes(scene: bpy.types.Scene) -> Iterator[str]:
    """A warning for each simulation that is said to be baked, and lacks files: they are not in the scene file."""
    for simulation in _simulations(scene):
        if simulation.cache and (lost := _lost(simulation.cache)):
            folder = cache_folder(simulation.cache)
            instead = "it is simulated anew" if simulation.is_live else "it is captured without them"
            hint = "copy the blendcache folder of the original file there, or bake it again"
            yield f"{simulation.name} is baked, but {lost} are missing in {folder}: {instead}; {hint}"


def _lost(cache: bpy.types.PointCache) -> str:
    if has_lost_files(cache):
        return "its files"
    frames = lost_frames(cache)
    return f"the files of its frames {format_frames(frames)}" if frames else ""


def free_lost_bakes(loans: Loans, scene: bpy.types.Scene) -> None:
    """Lets Blender simulate what is said to be baked and has no files; otherwise it would stand still."""
    for simulation in _simulations(scene):
        if simulation.cache and simulation.is_live and simulation.cache.is_baked:
            free_bake(loans, simulation.cache)


def _simulations(scene: bpy.types.Scene) -> Iterator[Simulation]:
    world = scene.rigidbody_world
    if world and world.enabled and world.collection:
        yield _of_cache("the rigid bodies", world.point_cache)
    elsewhere = {item for other in bpy.data.scenes if other != scene for item in other.objects} - {*scene.objects}
    for item in bpy.data.objects:  # those that only an instance shows are in no scene
        for modifier in item.modifiers:
            if modifier.show_render and item not in elsewhere:
                yield from _of_modifier(scene, f"{modifier.name!r} of {item.name!r}", modifier)


def baked_files() -> Iterator[Path]:
    """What simulations are read from, in any scene: point caches, and the surfaces of fluids and geometry nodes. Those
    of a bake that are missing are among them, under every name that they may have: once they are back, the scene is
    another one."""
    for cache in _disk_caches():
        yield from cache_files(cache)
        yield from _missing(baked_frames(cache))
    for modifier in (modifier for item in bpy.data.objects for modifier in item.modifiers):
        if is_domain(modifier):
            yield from surface_files(modifier)
            yield from _missing(baked_surfaces(modifier))
        elif modifier.type == "NODES":
            for bake in modifier.bakes:
                yield from (path for path in bake_folder(modifier, bake).rglob("*") if path.is_file())
                yield from _missing([first_files(modifier, bake)] if is_zone(bake) else [])


def _disk_caches() -> Iterator[bpy.types.PointCache]:
    for scene in bpy.data.scenes:
        for simulation in _simulations(scene):
            if simulation.cache and is_on_disk(simulation.cache):
                yield simulation.cache


def _missing(files: Iterable[Collection[Path]]) -> Iterator[Path]:
    """The names of each file that is there under none of them."""
    return (name for names in files if not any(name.is_file() for name in names) for name in names)


def _of_modifier(scene: bpy.types.Scene, name: str, modifier: bpy.types.Modifier) -> Iterator[Simulation]:
    match modifier.type:
        case "CLOTH" | "SOFT_BODY":
            yield _of_cache(name, modifier.point_cache)
        case "PARTICLE_SYSTEM":
            system = modifier.particle_system
            is_hair, cache = system.settings.type == "HAIR", system.point_cache
            if system.use_hair_dynamics if is_hair else system.settings.physics_type != "NO":
                yield Simulation(name, cache.frame_start, cache, is_particles=not is_hair)
        case "DYNAMIC_PAINT" if modifier.canvas_settings:
            for surface in modifier.canvas_settings.canvas_surfaces:
                yield _of_cache(name, surface.point_cache)
        case "FLUID" if is_domain(modifier) and modifier.domain_settings.cache_type == "REPLAY":
            yield Simulation(name, modifier.domain_settings.cache_frame_start, fluid=modifier)
        case "NODES" if any(_is_live_zone(modifier, bake) for bake in modifier.bakes):
            yield Simulation(name, scene.frame_start)


def _of_cache(name: str, cache: bpy.types.PointCache) -> Simulation:
    return Simulation(name, cache.frame_start, cache)


def _is_live_zone(modifier: bpy.types.NodesModifier, bake: bpy.types.NodesModifierBake) -> bool:
    return is_zone(bake) and not has_files(modifier, bake)
