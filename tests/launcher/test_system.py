from __future__ import annotations

import sys

from engine.setup.system import ask, clean_variables


def test_an_answer_comes_without_the_warnings_around_it():
    assert ask(sys.executable, "-c", "import sys; print(' 42 '); print('beware', file=sys.stderr)") == "42"


def test_no_answer_is_an_empty_one():
    assert ask(sys.executable, "-c", "print('half'); raise SystemExit(1)") == ""
    assert ask("/no/such/command") == ""


def test_another_python_is_not_led_astray(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PIP_USER", "1")
    assert "PYTHONPATH" not in clean_variables()
    assert clean_variables()["PIP_USER"] == "0"
