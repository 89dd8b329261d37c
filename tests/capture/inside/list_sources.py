"""Makes scenes of a cloth that is baked to disk, and writes down which files they are made of, and which are missing.

Runs in Blender: list_sources.py -- FOLDER
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).resolve().parent.parent.parent.parent))
from addon.checkout import load_checkout
from tests.capture.inside.script import empty_scene, run, save
from tests.capture.inside.simulated import LAST, add_cloth, add_fluid, add_zone, bake, bake_zone

package = f"{load_checkout()}.addon.capture"
source_hashes = importlib.import_module(f"{package}.sources").source_hashes
lost_bakes = importlib.import_module(f"{package}.simulations").lost_bakes


def make_baked(path: Path) -> None:
    empty_scene(64, 48, frame_end=LAST)
    save(path)
    bake(add_cloth(on_disk=True))
    save(path)


def make_live(path: Path) -> None:
    """Its cache has no number yet, as it was never evaluated."""
    empty_scene(64, 48, frame_end=LAST)
    save(path)
    add_cloth(on_disk=True)
    save(path)


def make_external(path: Path, baked: Path) -> None:
    """The baked files under other names, beside something else."""
    folder = path.with_name("caches")
    folder.mkdir()
    (folder / "notes.txt").write_text("the user's own")
    for number, file in enumerate(sorted(baked.iterdir()), start=1):
        (folder / f"cloth_{number:06}_00.bphys").write_bytes(file.read_bytes())
    empty_scene(64, 48, frame_end=LAST)
    save(path)
    cache = add_cloth(on_disk=False)
    cache.use_external, cache.filepath, cache.name, cache.index = True, "//caches/", "cloth", 0
    save(path)


def link_cloth(path: Path, library: Path) -> None:
    empty_scene(64, 48, frame_end=LAST)
    save(path)
    with bpy.data.libraries.load(f"//{library.name}", link=True, relative=True) as (_, linked):
        linked.objects = ["Cloth"]
    bpy.context.scene.collection.objects.link(linked.objects[0])
    save(path)


def make_beyond_ascii(path: Path) -> None:
    """A bake that lost its files: whether their names have signs depends on the machine."""
    make_baked(path)
    bpy.data.objects["Cloth"].name = "ü"
    save(path)


def make_tiled(path: Path) -> None:
    """One of three tiles is there."""
    empty_scene(64, 48, frame_end=LAST)
    save(path)
    path.with_name("skin.1001.png").write_bytes(b"pixels")
    image = bpy.data.images.new("Skin", 8, 8, tiled=True)
    for number in (1002, 1011):
        image.tiles.new(number)
    image.filepath_raw, image.use_fake_user = "//skin.<UDIM>.png", True
    save(path)


def make_fluid(path: Path) -> None:
    """A domain that is said to be baked, and switched off: not every Blender can evaluate one."""
    empty_scene(64, 48, frame_end=LAST)
    save(path)
    add_fluid()
    domain = bpy.context.object.modifiers["Fluid"].domain_settings
    domain.has_cache_baked_mesh, domain.cache_frame_end = True, 1
    save(path)


def make_zone(path: Path) -> None:
    """Baked to disk, but for the files."""
    empty_scene(64, 48, frame_end=LAST)
    save(path)
    add_zone()
    bake_zone(bpy.context.object)
    shutil.rmtree(path.with_name(f"blendcache_{path.stem}"))
    save(path)


def told() -> dict[str, list[str]]:
    hashes = source_hashes()
    missing = sorted(name for name, found in hashes.items() if not found)
    return {"sources": sorted(hashes), "missing": missing, "lost": list(lost_bakes(bpy.context.scene))}


def main(folder: Path) -> None:
    caches = folder / "blendcache_baked"
    make_baked(folder / "baked.blend")
    found = {"baked": told()}
    make_live(folder / "live.blend")
    found["live"] = told()
    make_external(folder / "external.blend", caches)
    found["external"] = told()
    link_cloth(folder / "linked.blend", folder / "baked.blend")
    found["linked"] = told()
    for frame in (4, 5, LAST):
        next(caches.glob(f"*_{frame:06}_00.bphys")).unlink()
    found["incomplete"] = told()
    shutil.rmtree(caches)
    bpy.ops.wm.open_mainfile(filepath=str(folder / "baked.blend"))
    found["gone"] = told()
    shutil.rmtree(folder / "caches")
    bpy.ops.wm.open_mainfile(filepath=str(folder / "external.blend"))
    found["external gone"] = told()
    for make in (make_beyond_ascii, make_tiled, make_fluid, make_zone):
        make(folder / f"{make.__name__}.blend")
        found[make.__name__] = told()
    (folder / "report.json").write_text(json.dumps(found))


if __name__ == "__main__":
    run(lambda: main(Path(sys.argv[-1])))
