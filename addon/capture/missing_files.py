"""Files that the scene reads and that are not there: Blender goes on without them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import bpy

from .wording import enumeration


def missing_caches() -> Iterator[str]:
    """A warning for each file of baked motion that is missing, as of Alembic or USD, with the objects it moves."""
    moved: defaultdict[str, set[str]] = defaultdict(set)
    for item in bpy.data.objects:
        for path in _cache_paths(item):
            if not Path(bpy.path.abspath(path, library=item.library)).is_file():
                moved[path].add(repr(item.name))
    for path, names in sorted(moved.items()):
        yield f"the cache {path!r}, which moves {enumeration(sorted(names))}, is missing: put it there"


def missing_from_libraries() -> Iterator[str]:
    """A warning for each library in which something that is linked was not found."""
    for library in bpy.data.libraries:
        names = sorted({repr(each.name) for each in library.users_id if each.is_missing})
        if names:
            is_there = Path(bpy.path.abspath(library.filepath)).is_file()
            reason, hint = (
                ("does not hold", "link it anew") if is_there else ("is missing, and with it", "put it there")
            )
            yield f"the library {library.filepath!r} {reason} {enumeration(names)}: {hint}"


def _cache_paths(item: bpy.types.Object) -> Iterator[str]:
    for each in (*item.modifiers, *item.constraints):
        if each.type in ("MESH_SEQUENCE_CACHE", "TRANSFORM_CACHE") and each.cache_file:
            yield each.cache_file.filepath
        elif each.type == "MESH_CACHE" and each.filepath:
            yield each.filepath
