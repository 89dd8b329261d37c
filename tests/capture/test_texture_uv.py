"""Textures that cut holes keep the UVs that the artist gave them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.capture.captured import Capture

pytestmark = pytest.mark.blender


def test_uvs_that_geometry_nodes_store_still_cut_holes(scenes: Path, capture: Capture, tmp_path: Path) -> None:
    """They overlap, so the passes have others; and no map of such a mesh is marked for the render."""
    captured = capture(scenes / "cut_by_nodes.blend", tmp_path, "--frames=1", "--clip=1")
    (card,) = captured.named("Card")
    assert card.uv == "replaced"
    is_card = captured.passes(1).object_id == card.id
    rows, columns = np.nonzero(is_card)
    quarters = np.repeat([True, False, False, True], 16)  # pixels
    assert (is_card[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] == quarters).all()
