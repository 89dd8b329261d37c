import numpy as np

from engine.surface.recently_used import RecentlyUsed


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    kept, made = RecentlyUsed(limit=250), []

    def get(key: str) -> np.ndarray:
        return kept.get(key, lambda: made.append(key) or np.zeros(100, np.uint8))

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]


def test_what_is_larger_than_the_limit_is_kept_until_something_else_comes() -> None:
    kept = RecentlyUsed(limit=10)
    first = kept.get("a", lambda: np.zeros(100))
    assert kept.get("a", lambda: np.ones(100)) is first
    kept.get("b", lambda: np.zeros(1))
    assert kept.get("a", lambda: np.ones(100)) is not first
