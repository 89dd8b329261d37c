"""The sparse texture that keyframes fill, T = w T_mean + (1 - w) T_inpaint."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.surface.cells import NO_CELL
from engine.surface.keyframe_table import LEAST_WEIGHT, KeyframeTable
from engine.surface.layer_cells import LayerCells


def keyframe(cells: list[list[int]], cosine: float = 1.0, visibility: float = 1.0) -> LayerCells:
    shape = np.shape(cells)
    shares = (np.full(shape, value, np.float32) for value in (visibility, cosine))
    return LayerCells(np.array(cells, np.int64), *shares)


def random_keyframes(seed: int, K: int = 3, shape: tuple[int, int] = (4, 5)) -> list[LayerCells]:
    """That share some cells, show some in several tokens, and leave some tokens without."""
    random = np.random.default_rng(seed)
    cells = random.integers(NO_CELL, 12, (K, *shape)) * 10**15
    cells[cells < 0] = NO_CELL
    visibility, cosine = random.uniform(0, 1, (2, K, *shape)).astype(np.float32)
    return [LayerCells(*each) for each in zip(cells, visibility, cosine, strict=True)]


def slow_texture(keyframes: list[LayerCells], O: np.ndarray, w: float, p: float) -> dict[int, np.ndarray]:  # noqa: E741
    """Cell by cell, keyframe by keyframe, token by token."""
    texture = {}
    for cell in {cell for each in keyframes for cell in each.cells.ravel().tolist()} - {NO_CELL}:
        total, weights, inpaint = 0, 0, None
        for k, each in enumerate(keyframes):
            tokens = [token for token, shown in enumerate(each.cells.ravel()) if shown == cell]
            for token in tokens:
                seen, cosine = float(each.visibility.ravel()[token]), float(each.view_cosine.ravel()[token])
                weight = max(seen * cosine**p, LEAST_WEIGHT)
                total, weights = total + weight * O[k, token], weights + weight
            if tokens and inpaint is None:
                inpaint = sum(O[k, token] for token in tokens) / len(tokens)
        texture[cell] = w * total / weights + (1 - w) * inpaint
    return texture


@given(st.integers(0, 999), st.integers(1, 4), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 1.0, 3.0]))
def test_the_texture_equals_its_slow_twin(seed: int, K: int, w: float, p: float) -> None:
    keyframes = random_keyframes(seed, K)
    O = np.random.default_rng(seed).normal(size=(K, 20, 7)).astype(np.float32)  # noqa: E741
    table = KeyframeTable.of(keyframes, cosine_power=p)
    T = table.unify(torch.from_numpy(O).flatten(0, 1), w).numpy()
    expected = slow_texture(keyframes, O, w, p)
    assert table.cells.tolist() == sorted(expected)
    np.testing.assert_allclose(T, [expected[cell] for cell in sorted(expected)], atol=2e-6)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_added_up_in_full(dtype: torch.dtype) -> None:
    keyframes = [keyframe([[5] * 64] * 64)]
    O = (1 + torch.rand(4096, 3)).to(dtype)  # noqa: E741 - a sum of so many would not go on growing
    T = KeyframeTable.of(keyframes).unify(O, 0.5)
    assert T.dtype == dtype
    torch.testing.assert_close(T[0], O.double().mean(dim=0).to(dtype))


def test_the_first_keyframe_in_order_paints_and_later_ones_fill_what_it_does_not_see() -> None:
    first, second = keyframe([[7, 8]]), keyframe([[8, 9]])
    O = torch.tensor([[1.0], [2.0], [3.0], [4.0]])  # noqa: E741
    assert KeyframeTable.of([first, second]).unify(O, w=0).flatten().tolist() == [1, 2, 4]
    assert KeyframeTable.of([second, first]).unify(O, w=0).flatten().tolist() == [3, 1, 2]


def test_features_that_add_up_to_zero_count_like_others() -> None:
    table = KeyframeTable.of([keyframe([[3]]), keyframe([[3]])])
    O = torch.tensor([[1.0, -1.0], [3.0, -3.0]])  # noqa: E741
    assert table.unify(O, w=1).tolist() == [[2, -2]]
    assert table.unify(0 * O, w=0.5).tolist() == [[0, 0]]


def test_the_mean_goes_by_visibility_and_cosine() -> None:
    keyframes = [keyframe([[3]], cosine=0.5), keyframe([[3]], cosine=1.0, visibility=0.5), keyframe([[3]], cosine=1.0)]
    O = torch.tensor([[0.0], [0.0], [1.0]])  # noqa: E741
    assert KeyframeTable.of(keyframes).unify(O, w=1).item() == pytest.approx(1 / 2)
    assert KeyframeTable.of(keyframes, cosine_power=2).unify(O, w=1).item() == pytest.approx(1 / 1.75)


def test_a_surface_seen_edge_on_by_all_is_their_plain_mean() -> None:
    table = KeyframeTable.of([keyframe([[3]], cosine=0), keyframe([[3]], visibility=0)])
    assert table.unify(torch.tensor([[1.0], [2.0]]), w=1).item() == pytest.approx(1.5)


def test_the_rows_of_a_frame_lead_to_its_cells() -> None:
    keyframes = random_keyframes(1)
    table = KeyframeTable.of(keyframes)
    frame = keyframe([[NO_CELL, 5, *table.cells.tolist(), 2**62]])
    rows = table.rows(frame)
    assert (rows.dtype, rows.tolist()) == (torch.int32, [-1, -1, *range(len(table.cells)), -1])


def test_a_keyframes_own_features_come_back_where_its_cells_are_its_own() -> None:
    shown = keyframe([[4, 2], [9, NO_CELL]])
    table, O = KeyframeTable.of([shown]), torch.rand(4, 6)  # noqa: E741
    painted = table.unify(O, w=0.5)[table.rows(shown)[:3]]
    torch.testing.assert_close(painted, O[:3])


def test_keyframes_of_only_background_have_a_row_of_zeros_that_nothing_shows() -> None:
    table = KeyframeTable.of([keyframe([[NO_CELL] * 3])] * 2)
    assert table.unify(torch.rand(6, 4), w=0.5).tolist() == [[0] * 4]
    assert table.rows(keyframe([[NO_CELL, 5]])).tolist() == [-1, -1]


def test_a_table_goes_to_a_device_whole() -> None:
    table = KeyframeTable.of(random_keyframes(2)).to(torch.device("meta"))
    tensors = (table.token, table.row_start, table.mean_share, table.inpaint_share)
    assert {tensor.device.type for tensor in tensors} == {"meta"}
