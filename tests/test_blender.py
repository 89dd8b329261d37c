"""Finding a Blender, and what becomes of the messages, the log and the process of a capture."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.blender import LOG_FILE, capture, jobs_that_fit
from engine.contract.errors import (
    BlenderMissing,
    OutOfMemory,
    OutputUnwritable,
    OverpaintError,
    SceneInvalid,
    UsageError,
)
from engine.contract.messages import Divided, Failed, Finished, FrameWritten, Message, Progress, Warned, encode
from engine.contract.options import capture_parser
from engine.finding_blender import find_blender

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake Blenders are scripts with a first line")


def make_script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([f"#!{sys.executable}", "import os, sys, time", *lines]))
    path.chmod(0o755)
    return path


def fake_blender(path: Path, *lines: str, version: str = "4.5.1") -> Path:
    """A command that says its version, and else does as the lines say."""
    tell_version = f"if '--version' in sys.argv: print('Blender {version}'); sys.exit()"
    return make_script(path, tell_version, *lines)


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty OVERPAINT_HOME, and no Blender in sight."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("OVERPAINT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OVERPAINT_BLENDER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("engine.setup.blenders.sys.platform", "linux")
    return tmp_path / "home"


def test_a_machine_without_blender_says_what_to_do() -> None:
    with pytest.raises(BlenderMissing, match="no Blender was found") as caught:
        find_blender()
    assert "OVERPAINT_BLENDER" in caught.value.hint
    assert caught.value.exit_code == 69


def test_what_is_named_comes_before_what_is_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path = fake_blender(tmp_path / "bin" / "blender", version="4.3.2")
    in_variable = fake_blender(tmp_path / "variable" / "blender", version="4.2.0")
    explicit = fake_blender(tmp_path / "explicit" / "blender", version="5.0.0")
    assert find_blender().command == (str(on_path),)
    monkeypatch.setenv("OVERPAINT_BLENDER", str(in_variable))
    assert find_blender().version == "4.2.0"
    assert find_blender(str(explicit)).version == "5.0.0"


def test_an_installed_blender_comes_before_the_wheel(tmp_path: Path, nothing_installed: Path) -> None:
    wheel = make_script(nothing_installed / "bpy" / "bin" / "python", "print('4.5.15')")
    assert find_blender().is_wheel
    assert find_blender().command == (str(wheel),)
    fake_blender(tmp_path / "bin" / "blender")
    assert not find_blender().is_wheel


def test_a_blender_that_is_too_old_is_passed_over_and_refused_when_named(tmp_path: Path) -> None:
    old = fake_blender(tmp_path / "bin" / "blender", version="3.4.1")
    with pytest.raises(BlenderMissing, match="no Blender was found"):
        find_blender()
    with pytest.raises(BlenderMissing, match=r"is Blender 3\.4\.1"):
        find_blender(str(old))


@pytest.mark.parametrize("name", ["no/such/blender", "no/such/python3"])
def test_a_named_blender_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BlenderMissing, match="is no Blender that starts"):
        find_blender(str(tmp_path / name))


def ignore(message: Message) -> None:
    pass


def capture_with(
    tmp_path: Path, *lines: str, version: str = "4.5.1", on_message: Callable[[Message], None] = ignore
) -> None:
    """Runs a capture whose Blender does as the lines say."""
    fake_blender(tmp_path / "bin" / "blender", *lines, version=version)
    scene = tmp_path / "scene.blend"
    scene.touch()
    options = capture_parser("test").parse_args(["--out=elsewhere", "--", str(scene)])
    capture(scene, options, tmp_path / "shot", on_message)


def tell(message: Message) -> str:
    return f"print({encode(message)!r}, flush=True)"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shot" / LOG_FILE


def test_a_reported_error_is_raised_as_what_it_is(tmp_path: Path, log: Path) -> None:
    failed = Failed.of(UsageError("the frames 9 are outside", "choose others"))
    with pytest.raises(UsageError, match="the frames 9 are outside") as caught:
        capture_with(tmp_path, "print('Blender 4.5.1')", tell(failed), "sys.exit(2)")
    assert caught.value.hint == "choose others"
    assert not log.exists()


def test_messages_are_passed_on_and_all_else_goes_to_the_log(tmp_path: Path, log: Path) -> None:
    messages: list[Message] = []
    with pytest.raises(OverpaintError):
        capture_with(
            tmp_path,
            "print('Read prefs', flush=True)",
            tell(Warned("no UV map")),
            "sys.exit(1)",
            on_message=messages.append,
        )
    assert messages == [Warned("no UV map")]
    assert log.read_text() == "Read prefs\n"


@pytest.mark.parametrize("last", ["out of luck", "Fatal Python error: out of luck\\n\\nExtension modules: numpy"])
def test_a_crash_names_the_signal_the_frame_the_reason_and_the_log(tmp_path: Path, log: Path, last: str) -> None:
    sentence = r"Blender was ended by signal 6 \(Abort.*\) in frame 3, after '.*out of luck'"
    with pytest.raises(SceneInvalid, match=sentence) as caught:
        capture_with(
            tmp_path, tell(Progress("capture", frame=3)), f"print('{last}', file=sys.stderr, flush=True)", "os.abort()"
        )
    assert str(log) in caught.value.hint
    assert "OVERPAINT_BLENDER" in caught.value.hint


def test_a_second_capture_into_one_folder_is_refused_while_the_first_is_at_work(tmp_path: Path) -> None:
    def capture_again(_: Message) -> None:
        capture_with(tmp_path)

    with pytest.raises(UsageError, match=r"another capture into .*shot is at work"):
        capture_with(tmp_path, tell(Warned("")), on_message=capture_again)


def test_logs_of_a_capture_that_was_killed_do_not_stay(tmp_path: Path, log: Path) -> None:
    log.parent.mkdir()
    for path in (log, log.with_name("blender-2.log")):
        path.write_text("interrupted")
    with pytest.raises(UsageError):
        capture_with(tmp_path, tell(Failed.of(UsageError("no", "yes"))))
    assert list(log.parent.iterdir()) == []


def test_a_blender_that_dies_while_it_opens_the_scene_was_at_no_frame(tmp_path: Path) -> None:
    with pytest.raises(SceneInvalid, match="before its first frame"):
        capture_with(tmp_path, "os.abort()")


def test_a_blender_that_the_system_kills_ran_out_of_memory(tmp_path: Path) -> None:
    with pytest.raises(OutOfMemory, match="signal 9"):
        capture_with(tmp_path, "os.kill(os.getpid(), 9)")


def test_a_blender_that_ends_without_a_word_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(SceneInvalid, match="ended with exit code 0"):
        capture_with(tmp_path, "pass")


def test_blender_does_not_see_the_engines_python(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/the/engine")
    with pytest.raises(SceneInvalid):
        capture_with(tmp_path, "print('path', os.environ.get('PYTHONPATH'), flush=True)")
    assert log.read_text() == "path None\n"


def test_blender_ends_with_the_capture(tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    def interrupt(message: Message) -> None:
        raise Interrupted

    alive = tmp_path / "alive"
    lines = [tell(Warned("")), f"while not time.sleep(0.02): open({str(alive)!r}, 'w').write(str(time.time()))"]
    with pytest.raises(Interrupted):
        capture_with(tmp_path, *lines, on_message=interrupt)
    alive.unlink(missing_ok=True)
    time.sleep(0.2)
    assert not alive.exists()


def test_the_error_of_one_process_is_raised_when_the_others_are_done(tmp_path: Path) -> None:
    messages: list[Message] = []
    fail = f"{tell(Failed.of(UsageError('too late', 'come earlier')))}; sys.exit(2)"
    with pytest.raises(UsageError, match="too late"):
        capture_with(
            tmp_path,
            f"if any(word.startswith('--share=3-4') for word in sys.argv): {fail}",
            tell(Divided(["3-4"])),
            "time.sleep(0.5)",
            tell(FrameWritten(1, "")),
            tell(Finished(1, 0, 0.5, "")),
            on_message=messages.append,
        )
    assert [message.frame for message in messages if isinstance(message, FrameWritten)] == [1]


def test_what_all_processes_warn_of_is_said_once(tmp_path: Path) -> None:
    messages: list[Message] = []
    divide = f"if not any('--share' in word for word in sys.argv): {tell(Divided(['3-4']))}"
    with pytest.raises(OverpaintError):
        capture_with(tmp_path, divide, tell(Warned("no UV map")), on_message=messages.append)
    assert messages == [Warned("no UV map")]


@pytest.mark.parametrize("version", ["4.5.1", "3.4.1"], ids=["Blender fails", "Blender is too old"])
def test_a_folder_of_the_users_survives_a_capture_that_fails(tmp_path: Path, version: str) -> None:
    notes = tmp_path / "shot" / "parts" / "002" / "shot.json"
    notes.parent.mkdir(parents=True)
    notes.write_text("the user's own")
    with pytest.raises(OverpaintError):
        capture_with(tmp_path, "sys.exit(1)", version=version)
    assert notes.read_text() == "the user's own"


def test_parts_that_cannot_be_merged_hide_no_error(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        if log.exists():
            raise OutputUnwritable("the disk is full")

    monkeypatch.setattr("engine.blender.merge_parts", refuse)
    with pytest.raises(SceneInvalid, match="ended by signal 6"):
        capture_with(tmp_path, "os.abort()")


@pytest.mark.parametrize("words", ["0", "-1", "some"])
def test_a_number_of_processes_that_makes_no_sense_is_refused(words: str) -> None:
    with pytest.raises(UsageError, match="is not a number of processes"):
        capture_parser("test").parse_args([f"--jobs={words}", "--out=shot", "scene.blend"])


def test_auto_starts_at_least_one_process() -> None:
    assert capture_parser("test").parse_args(["--jobs=auto", "--out=shot", "scene.blend"]).jobs == 0
    assert jobs_that_fit() >= 1
