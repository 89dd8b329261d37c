"""The command line as a process: exit codes, what stands on which stream, and signals."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine import cli
from engine.contract.messages import Failed, Finished, decode
from engine.contract.options import render_parser
from models.registry import registered_models

ROOT = Path(__file__).resolve().parent.parent


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "engine", *map(str, words)]


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), cwd=ROOT, capture_output=True, text=True, timeout=120)


def painting(shot: Path, model: Path, out: Path, *words: str) -> list[object]:
    return ["generate", shot, "--prompt", "a robot", "--model", model, "--steps", "2", "--out", out, *words]


def test_plain_lines_count_the_frames_where_no_terminal_is(
    example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    ended = run(*painting(example_shot, tiny_checkpoint, tmp_path, "--frames", "1-2"))
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("frame ")] == ["1/2", "2/2"]
    assert lines[-1].startswith("2 frames in")


def test_json_is_the_only_line_on_stdout(example_shot: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    ended = run(*painting(example_shot, tiny_checkpoint, tmp_path, "--frames", "1", "--json"))
    (line,) = ended.stdout.splitlines()
    finished = decode(line)
    assert isinstance(finished, Finished)
    assert (finished.written, finished.kept, finished.movie) == (1, 0, None)


def test_an_error_is_one_sentence_with_what_to_do_and_its_exit_code(tmp_path: Path) -> None:
    ended = run("generate", tmp_path / "nothing", "--prompt", "p", "--out", tmp_path / "out", "--json")
    assert ended.returncode == 65
    (sentence,) = ended.stderr.splitlines()
    assert "is not a shot folder" in sentence
    assert "capture the scene first" in sentence
    failed = decode(ended.stdout)
    assert isinstance(failed, Failed)
    assert (failed.kind, failed.exit_code) == ("ShotInvalid", 65)


@pytest.mark.parametrize("words", [[], ["paint"], ["generate"], ["generate", "shot", "--out", "o", "--frames", "5-1"]])
def test_wrong_words_are_usage_errors(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    assert capsys.readouterr().err.startswith("overpaint: ")


def test_sigterm_ends_with_143_and_the_next_run_goes_on(
    example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    words = painting(example_shot, tiny_checkpoint, tmp_path, "--steps", "6", "--chunk", "1")
    process = subprocess.Popen(command(*words), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    while not process.stdout.readline().startswith("frame 2/"):
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 143
    again = json.loads(run(*words, "--json").stdout)
    assert again["kept"] >= 2
    assert again["written"] + again["kept"] == 4
    assert not list(tmp_path.rglob(".*")), "temporary files were left behind"


def test_the_launcher_lists_the_commands_of_the_engine() -> None:
    listing = subprocess.run([sys.executable, ROOT / "overpaint.py"], capture_output=True, text=True, timeout=60).stdout
    listed = {line.split()[0] for line in listing.splitlines() if line.startswith("  ")}
    assert listed == set(cli.COMMANDS)


def test_the_demo_is_painted_in_the_native_size_of_the_default_model(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(cli, "render", lambda words: asked.extend(words) or 0)
    assert cli.main(["demo", "--out", "somewhere"]) == 0
    options = render_parser("render").parse_args(asked)
    assert options.resolution == registered_models()[options.model].native_size
    assert (options.frames, options.out) == (tuple(range(1, 25)), "somewhere")
