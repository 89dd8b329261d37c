from __future__ import annotations

from engine.denoise.prompt import unknown_words, words_of


def test_words_are_told_apart_as_the_tokenizer_does() -> None:
    assert words_of("A robot's arm, a ROBOT_arm: 24 fps; naïve-made") == (
        *("a", "robot", "s", "arm", "24", "fps", "naïve", "made"),
    )


def test_unknown_words_are_named_once_in_their_order() -> None:
    assert unknown_words("a blue dragon, blue and old", {"a", "old"}) == ("blue", "dragon", "and")
    assert unknown_words("a blue dragon", None) == ()
