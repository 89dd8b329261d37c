"""Who may import whom."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {
    "engine/contract": {"engine.contract"},
    "engine/surface": {"engine.contract", "engine.surface"},
    "engine/denoise": {"engine.contract", "engine.denoise", "models"},
    "engine/methods": {"engine.contract", "engine.surface", "engine.denoise", "engine.methods", "models"},
    "engine/setup": {"engine.contract", "engine.setup"},
    "engine/score": {"engine.contract", "engine.surface", "engine.score", "engine.pictures", "engine.movie", "models"},
    "models": {"engine.contract", "models"},
    "addon": {"engine.contract", "addon"},
}
OURS = ("engine", "models", "addon")


def imported_modules(path: Path) -> Iterator[str]:
    """Every module a file imports, also inside functions, by its absolute name."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names) if module in OURS else (module,)


@pytest.mark.parametrize("folder", LAYERS)
def test_arrows_go_one_way(folder: str) -> None:
    allowed = LAYERS[folder]
    for path in (ROOT / folder).rglob("*.py"):
        for module in imported_modules(path):
            if module.split(".")[0] in OURS:
                assert any(f"{module}.".startswith(f"{name}.") for name in allowed), f"{path} imports {module}"


def test_only_the_addon_imports_bpy() -> None:
    for path in [*(ROOT / "engine").rglob("*.py"), *(ROOT / "models").rglob("*.py")]:
        assert not {"bpy", "mathutils"} & {module.split(".")[0] for module in imported_modules(path)}, path


def test_the_contract_needs_neither_torch_nor_bpy() -> None:
    modules = [path.stem for path in (ROOT / "engine" / "contract").glob("*.py") if path.stem != "__init__"]
    script = f"""
import sys, importlib
for name in {modules!r}: importlib.import_module("engine.contract." + name)
expected = {{*sys.stdlib_module_names, "engine", "numpy", "__main__"}}
print(sorted(name for name in sys.modules if name.split(".")[0] not in expected and name[0] != "_"))
"""
    command = [sys.executable, "-S", "-c", script]
    found = subprocess.run(command, cwd=ROOT, env=_numpy_only(), capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stdout + found.stderr


def _numpy_only() -> dict[str, str]:
    import numpy

    return {"PYTHONPATH": str(Path(numpy.__file__).parent.parent), "PATH": ""}


def test_a_capture_does_not_wait_for_torch() -> None:
    script = "import sys, engine.capturing; print({'torch', 'diffusers', 'transformers'} & {*sys.modules})"
    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout.strip() == "set()", found.stdout + found.stderr
