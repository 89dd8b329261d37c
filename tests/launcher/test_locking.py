from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.setup import locking

INSTALLS_FOR_EVER = """
import sys
from pathlib import Path
from engine.setup.locking import exclusive, terminable
from engine.setup.pip import pip_install
with exclusive(Path(sys.argv[1]) / "lock"), terminable():
    pip_install(Path(sys.argv[2]), Path(sys.argv[1]) / "install.log")
"""


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for pip is a shell script")
def test_a_terminated_installation_takes_its_pip_along_and_frees_the_lock(tmp_path):
    pip = tmp_path / "python"
    pip.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/new && mv {tmp_path}/new {tmp_path}/pid\nexec sleep 60\n")
    pip.chmod(0o755)
    root = Path(locking.__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", INSTALLS_FOR_EVER, tmp_path, pip], cwd=root) as launcher:
        while not (tmp_path / "pid").exists():
            time.sleep(0.02)
        launcher.terminate()
        assert launcher.wait(timeout=20) == 143
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    with locking.exclusive(tmp_path / "lock"):
        pass


def test_the_handler_that_was_there_is_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with locking.terminable():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
