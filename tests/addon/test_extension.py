"""The add-on as Blender packs, installs and enables it."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.addon.blenders import bpy_python, run_script

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, packed by Blender's own tool from a manifest that it accepts."""
    python, folder = bpy_python(), tmp_path_factory.mktemp("extension")
    where = [*python, "-c", "import importlib.util as u; print(u.find_spec('bpy').submodule_search_locations[0])"]
    found = subprocess.run(where, capture_output=True, text=True, check=True).stdout.strip()
    tool = next(Path(found).rglob("bl_pkg/cli/blender_ext.py"))
    for words in (("validate", ROOT), ("build", "--source-dir", ROOT, "--output-dir", folder)):
        done = subprocess.run([*python, tool, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.zip"))


def test_the_extension_holds_what_runs_and_nothing_else(extension: Path) -> None:
    names = zipfile.ZipFile(extension).namelist()
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {"addon", "engine", "models"}
    assert {"__init__.py", "blender_manifest.toml", "LICENSE", "overpaint.py", "pyproject.toml"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.startswith(".")]


def test_the_extension_installs_and_keeps_its_engine_outside_itself(extension: Path, tmp_path: Path) -> None:
    script = Path(__file__).with_name("install_extension.py")
    run = run_script(bpy_python(), script, extension, BLENDER_USER_RESOURCES=str(tmp_path), OVERPAINT_HOME="")
    assert run.returncode == 0 and "exit code 69" in run.stdout, run.stdout + run.stderr
    assert str(tmp_path / "extensions" / ".user" / "user_default" / "overpaint") in run.stderr
