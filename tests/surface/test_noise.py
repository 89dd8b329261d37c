import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from engine.surface.noise import counter_normal, frame_noise, philox, seed_key


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_philox_gives_the_words_its_authors_published(counter: list[int], key: list[int], words: list[int]) -> None:
    found = philox(np.array(counter, np.uint32), np.array(key, np.uint32))
    np.testing.assert_array_equal(found, np.array(words, np.uint32))


def slow_philox(counter: list[int], key: list[int]) -> list[int]:
    """One counter in Python's own integers, as the paper writes it."""
    x, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * x[0], 2**32)
        high1, low1 = divmod(0xCD9E8D57 * x[2], 2**32)
        x = [high1 ^ x[1] ^ k[0], low1, high0 ^ x[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return x


words32 = st.integers(0, 2**32 - 1)


@given(st.lists(words32, min_size=4, max_size=4), st.lists(words32, min_size=2, max_size=2))
def test_philox_equals_its_slow_twin(counter: list[int], key: list[int]) -> None:
    assert philox(np.array(counter, np.uint32), np.array(key, np.uint32)).tolist() == slow_philox(counter, key)


def test_noise_is_normal_and_a_uniform_of_the_same_variance_is_not() -> None:
    noise = frame_noise(seed=1, frame=1, height=128, width=128).ravel()
    uniform = np.random.default_rng(0).uniform(-(3**0.5), 3**0.5, noise.size)
    assert stats.kstest(noise, "norm").pvalue > 0.01
    assert stats.kstest(uniform, "norm").pvalue < 1e-6


def test_neighbours_channels_and_frames_are_independent() -> None:
    noise = frame_noise(seed=1, frame=1, height=128, width=128)
    other = frame_noise(seed=1, frame=2, height=128, width=128)
    pairs = [
        (noise[0], noise[1]),
        (noise[2], noise[3]),
        (noise, other),
        *((noise[..., lag:], noise[..., :-lag]) for lag in range(1, 5)),
    ]
    for a, b in pairs:
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 4 / np.sqrt(a.size)


def test_a_value_depends_on_its_counter_alone() -> None:
    counters = np.arange(40, dtype=np.uint32).reshape(10, 4)
    together = counter_normal(counters, seed_key(5))
    alone = np.stack([counter_normal(counter, seed_key(5)) for counter in counters[::-1]])[::-1]
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize(("a", "b"), [((0, 1), (1, 1)), ((0, 1), (2**32, 1)), ((0, 1), (0, -1)), ((0, -1), (0, -2))])
def test_another_seed_or_frame_is_other_noise(a: tuple[int, int], b: tuple[int, int]) -> None:
    assert not np.array_equal(frame_noise(*a, 8, 8), frame_noise(*b, 8, 8))
