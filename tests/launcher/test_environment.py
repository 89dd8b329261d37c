from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.contract.errors import EngineMissing, OutputUnwritable
from engine.setup import environment
from engine.setup.environment import Environment, prepare
from engine.setup.pip import Unreachable
from engine.setup.requirements import Requirements

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for venv is a shell script")


def test_what_is_installed_is_not_installed_again(engine_environment, tiny, interpreter, pip):
    prepare(engine_environment, [tiny], lambda: interpreter)
    prepare(engine_environment, [tiny], lambda: pytest.fail("asked for an interpreter"))
    assert len(pip.calls) == 1


def test_a_changed_pin_installs_into_the_same_environment(engine_environment, tiny, interpreter, pip):
    prepare(engine_environment, [tiny], lambda: interpreter)
    (engine_environment.folder / "kept").touch()
    prepare(engine_environment, [tiny.with_pins(("tinypackage==2.0",))], lambda: interpreter)
    assert len(pip.calls) == 2
    assert (engine_environment.folder / "kept").exists()
    assert (engine_environment.folder / "constraints.txt").read_text() == "tinypackage==2.0"


def test_an_environment_without_its_stamp_is_made_anew(engine_environment, tiny, interpreter, pip):
    prepare(engine_environment, [tiny], lambda: interpreter)
    (engine_environment.folder / "leftover").touch()
    engine_environment.stamp_file.unlink()
    prepare(engine_environment, [tiny], lambda: interpreter)
    assert not (engine_environment.folder / "leftover").exists()


@pytest.mark.parametrize("stamp", ["", "{}", "[]", '{"installed": {}, "python": "/gone", "relies_on": []}'])
def test_a_damaged_stamp_counts_for_nothing(engine_environment, tiny, interpreter, pip, stamp):
    prepare(engine_environment, [tiny], lambda: interpreter)
    engine_environment.stamp_file.write_text(stamp)
    assert engine_environment.stamp() is None


def test_the_stamp_is_gone_while_packages_change(engine_environment, tiny, interpreter, pip, monkeypatch):
    prepare(engine_environment, [tiny], lambda: interpreter)
    seen = []
    monkeypatch.setattr(environment, "pip_install", lambda *_: seen.append(engine_environment.stamp_file.exists()))
    prepare(engine_environment, [tiny.with_pins(())], lambda: interpreter)
    assert seen == [False]


def test_a_failed_installation_leaves_no_environment_to_trust(engine_environment, tiny, interpreter, pip):
    pip.error = EngineMissing("broken")
    with pytest.raises(EngineMissing):
        prepare(engine_environment, [tiny], lambda: interpreter)
    assert engine_environment.stamp() is None


def test_without_a_network_the_next_run_goes_on_where_this_one_stopped(engine_environment, tiny, interpreter, pip):
    pip.error = Unreachable("no network")
    with pytest.raises(Unreachable):
        prepare(engine_environment, [tiny], lambda: interpreter)
    assert engine_environment.lacks([tiny]) == [tiny]
    pip.error = None
    prepare(engine_environment, [tiny], lambda: pytest.fail("made anew"))
    assert engine_environment.lacks([tiny]) == []


def test_the_tests_packages_are_added_to_the_engines(engine_environment, tiny, interpreter, pip):
    more = Requirements("test", ("more",), (), "json", 0.001)
    prepare(engine_environment, [tiny], lambda: interpreter)
    prepare(engine_environment, [tiny, more], lambda: interpreter)
    assert [call[0] for call in pip.calls] == ["tinypackage", "more"]
    assert engine_environment.lacks([tiny, more]) == []


def test_an_environment_whose_python_has_gone_is_made_anew(engine_environment, tiny, interpreter, pip):
    prepare(engine_environment, [tiny], lambda: interpreter)
    engine_environment.python.unlink()
    engine_environment.python.symlink_to("/no/such/python")
    assert engine_environment.lacks([tiny]) == [tiny]
    prepare(engine_environment, [tiny], lambda: interpreter)
    assert engine_environment.lacks([tiny]) == []


def test_packages_that_do_not_import_are_not_vouched_for(engine_environment, interpreter, pip):
    broken = Requirements("broken", (), (), "no_such_module", 0.001)
    with pytest.raises(EngineMissing, match="no_such_module"):
        prepare(engine_environment, [broken], lambda: interpreter)
    assert engine_environment.stamp() is None


def test_a_folder_that_is_no_environment_is_not_removed(engine_environment, tiny, interpreter, pip):
    engine_environment.folder.mkdir(parents=True)
    (engine_environment.folder / "thesis.txt").touch()
    with pytest.raises(OutputUnwritable, match="in the way"):
        prepare(engine_environment, [tiny], lambda: interpreter)
    assert (engine_environment.folder / "thesis.txt").exists()


def test_too_small_a_disk_is_named_before_anything_is_made(engine_environment, tiny, interpreter, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 500))
    with pytest.raises(OutputUnwritable, match=r"0\.0 GB left") as caught:
        prepare(engine_environment, [tiny], lambda: interpreter)
    assert "OVERPAINT_HOME" in caught.value.hint
    assert not engine_environment.folder.exists()


def test_a_home_that_cannot_be_made_is_named(tmp_path, tiny, interpreter):
    (tmp_path / "file").touch()
    with pytest.raises(OutputUnwritable, match=r"cannot write .*file"):
        prepare(Environment(tmp_path / "file" / "home" / "engine"), [tiny], lambda: interpreter)


def test_a_python_without_venv_is_told_what_to_install(tmp_path, engine_environment, tiny):
    debian = tmp_path / "python"
    debian.write_text("#!/bin/sh\necho 'not created successfully because ensurepip is not available.'; exit 1\n")
    debian.chmod(0o755)
    with pytest.raises(EngineMissing) as caught:
        prepare(engine_environment, [tiny], lambda: debian)
    assert "python3-venv" in caught.value.hint


INSTALLS_SLOWLY = """
import sys, time
from pathlib import Path
from engine.setup import environment
from engine.setup.requirements import Requirements
def pip_install(python, log, *arguments):
    with open(sys.argv[2], "a") as journal:
        print("begin", file=journal, flush=True)
        time.sleep(0.5)
        print("end", file=journal, flush=True)
environment.pip_install = pip_install
tiny = Requirements("tiny", ("tinypackage",), (), "json", 0.001)
environment.prepare(environment.Environment(Path(sys.argv[1])), [tiny], lambda: Path(sys.argv[3]))
"""


def test_of_two_launchers_at_once_one_waits_and_finds_the_work_done(tmp_path, engine_environment, interpreter):
    journal, root = tmp_path / "journal", Path(environment.__file__).parents[2]
    command = [sys.executable, "-c", INSTALLS_SLOWLY, engine_environment.folder, journal, interpreter]
    both = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = "".join(process.communicate()[1] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert journal.read_text().split() == ["begin", "end"]
    assert said.count("waiting for another installation") == 1


def test_a_real_pip_installs_the_pinned_version_and_follows_the_pin(engine_environment, tiny, wheels, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for version in ("1.0", "2.0"):
        prepare(engine_environment, [tiny.with_pins((f"tinypackage=={version}",))], lambda: Path(sys.executable))
        question = [engine_environment.python, "-c", "import tinypackage; print(tinypackage.VERSION)"]
        assert subprocess.run(question, capture_output=True, text=True, check=True).stdout.strip() == version
