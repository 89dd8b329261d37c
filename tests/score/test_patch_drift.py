"""Drift along tracks against slow versions of its docstring."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.contract.shot import read_shot
from engine.score.filters import look_up
from engine.score.patch_drift import ENOUGH, FLAT, PatchDrift, compare_patches
from engine.score.patches import choose_patches
from engine.score.pictures import LUMA, Picture
from engine.score.surface_texels import TexelStore
from engine.score.view import ShotWalk
from engine.surface.shot_surfaces import ShotSurfaces
from tests.score.conftest import FRAMES, SIZE, run

GENERATOR = np.random.default_rng(3)


def test_patches_of_one_colour_have_no_pattern(rolling: Path) -> None:
    surfaces = ShotSurfaces(rolling, read_shot(rolling))
    texels = TexelStore(surfaces)
    views = list(ShotWalk(surfaces, FRAMES[:2], texels).views(choose_patches(surfaces, FRAMES[:2], 2, texels.atlas)))
    found = run(PatchDrift(), views, dict.fromkeys(FRAMES[:2], Picture(np.full((SIZE, SIZE, 3), 0.5, np.float32))))
    assert found["track_drift"].value == pytest.approx(0, abs=1e-6)
    assert found["track_similarity"].why_not.endswith("no patch has a pattern to recognise")


def test_patches_are_compared_as_numpy_would() -> None:
    colours, reference = GENERATOR.random((2, 4, 49, 3)).astype(np.float32)
    both = GENERATOR.random((4, 49, 1)) < 0.8
    both[3, 20:] = False  # too few
    reference[2] = 0.5 + reference[2] * FLAT * 0.5  # no pattern
    differences, similarities = compare_patches(colours, reference, both)
    for patch in range(3):
        here, there = colours[patch][both[patch, :, 0]], reference[patch][both[patch, :, 0]]
        assert differences[patch] == pytest.approx(np.sqrt(((here - there) ** 2).mean()), rel=1e-4)
        if patch < 2:
            assert similarities[patch] == pytest.approx(np.corrcoef(here @ LUMA, there @ LUMA)[0, 1], abs=1e-4)
    assert (len(differences), len(similarities)) == (3, 2)


def test_the_drift_of_patches_is_that_of_a_loop_over_their_points(rolling: Path, noise: dict[int, Picture]) -> None:
    surfaces = ShotSurfaces(rolling, read_shot(rolling))
    texels = TexelStore(surfaces)
    views = list(ShotWalk(surfaces, FRAMES[:3], texels).views(choose_patches(surfaces, FRAMES[:3], 6, texels.atlas)))
    shown = {(item.query_frame, view.frame): item for view in views for item in view.patches}
    drifts, similarities = [], []
    for (query, frame), item in shown.items():
        reference = shown[query, query]
        for patch in range(len(item.seen)) if frame != query else ():
            both = np.flatnonzero(item.seen[patch] & reference.seen[patch])
            here = look_up(noise[frame].rgb, item.position[patch, both])
            there = look_up(noise[query].rgb, reference.position[patch, both])
            if len(both) >= ENOUGH:
                drifts.append(np.sqrt(((here - there) ** 2).mean()))
                similarities.append(np.corrcoef(here @ LUMA, there @ LUMA)[0, 1])
    found = run(PatchDrift(), views, noise)
    assert len(drifts) > 6
    assert found["track_drift"].value == pytest.approx(np.mean(drifts), rel=1e-3)
    assert found["track_similarity"].value == pytest.approx(np.mean(similarities), abs=2e-3)
