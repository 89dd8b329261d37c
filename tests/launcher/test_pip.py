from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.setup.pip import failure, index_is_configured, pip_install


@pytest.mark.parametrize(
    ("output", "kind", "exit_code", "words"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "OutputUnwritable", 65, "disk is full"),
        (
            "Retrying ... NewConnectionError\nERROR: No matching distribution found for a",
            "Unreachable",
            75,
            "not answer",
        ),
        ("ERROR: [Errno 13] Permission denied: '/opt/x'", "OutputUnwritable", 65, "cannot be written"),
        ("ERROR: No matching distribution found for torch==2.13.0", "EngineMissing", 69, "no torch==2.13.0 for this"),
        (
            "ImportError: libXrender.so.1: cannot open shared object file: gone",
            "EngineMissing",
            69,
            "libXrender.so.1 is",
        ),
        ("first line\nERROR: something new\n\n", "EngineMissing", 69, "ERROR: something new"),
        ("", "EngineMissing", 69, "no output"),
    ],
)
def test_a_failure_is_told_in_one_sentence_with_its_log(output, kind, exit_code, words):
    error = failure(output, Path("home/install.log"))
    assert (error.kind, error.exit_code) == (kind, exit_code)
    assert words in error.message
    assert "install.log" in error.hint


def test_without_a_network_the_sentence_is_about_the_network(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(Exception, match="package index does not answer") as caught:
        pip_install(Path(sys.executable), tmp_path / "install.log", "--target", str(tmp_path / "t"), "no-such-package")
    assert caught.value.exit_code == 75
    assert "127.0.0.1" in (tmp_path / "install.log").read_text()


def test_a_mirror_in_pips_configuration_is_seen(tmp_path, monkeypatch):
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    assert not index_is_configured(Path(sys.executable))
    (tmp_path / "pip.conf").write_text("[global]\nextra-index-url = https://mirror.example/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    assert index_is_configured(Path(sys.executable))
