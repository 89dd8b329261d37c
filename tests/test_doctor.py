from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine import doctor
from engine.contract.errors import BlenderMissing
from engine.doctor import Finding, diagnose, report
from models import registry
from models.registry import registered_models
from tests.preview_layout import make_preview_layout


@pytest.fixture
def no_blender(monkeypatch):
    def find_blender(explicit: str | None = None):
        raise BlenderMissing("no Blender was found", "install one")

    monkeypatch.setattr(doctor, "find_blender", find_blender)


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_everything_is_looked_at(tmp_path, no_blender):
    names = by_name(diagnose(tmp_path / "not-made-yet"))
    expected = {"Python", "packages", "torch", "device cpu", "memory", "disk", "Blender", "model sd15", "VAE taesd"}
    assert expected <= set(names)
    assert names["Python"].ok
    assert names["packages"].ok


def test_a_missing_blender_comes_with_what_to_do(tmp_path, no_blender):
    finding = by_name(diagnose(tmp_path))["Blender"]
    assert (finding.ok, finding.found, finding.advice) == (False, "no Blender was found", "install one")


def test_a_model_is_there_when_all_its_files_are(tmp_path, no_blender):
    model = registered_models()["sd15"]
    files = [*model.base.files, *(f"controlnet/{file}" for file in model.controlnet.files)]
    for file in files:
        path = tmp_path / "models/sd15" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert by_name(diagnose(tmp_path))["model sd15"].mark == "ok"
    path.unlink()
    finding = by_name(diagnose(tmp_path))["model sd15"]
    assert finding.mark == "--"
    assert f"1 of {len(files)} files missing" in finding.found
    assert str(tmp_path) in finding.advice


def test_a_damaged_preview_is_a_fault_with_its_repair(tmp_path, no_blender, monkeypatch):
    monkeypatch.setattr(registry, "REGISTRY", Path(shutil.copy(registry.REGISTRY, tmp_path)))
    assert "train preview" in by_name(diagnose(tmp_path))["model preview"].advice
    make_preview_layout(tmp_path / "preview")
    assert by_name(diagnose(tmp_path))["model preview"].mark == "ok"


def test_a_full_disk_is_a_finding(tmp_path, no_blender, monkeypatch):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: doctor.shutil._ntuple_diskusage(10, 9, 1))
    assert not by_name(diagnose(tmp_path))["disk"].ok


def test_little_memory_is_no_fault_but_worth_knowing(tmp_path, no_blender, monkeypatch):
    monkeypatch.setattr(doctor.psutil, "virtual_memory", lambda: SimpleNamespace(total=8e9, available=1e9))
    finding = by_name(diagnose(tmp_path))["memory"]
    assert (finding.found, finding.mark) == ("8.0 GB, 1.0 GB free", "--")


def test_a_missing_package_is_named(tmp_path, no_blender, monkeypatch):
    monkeypatch.setattr(doctor, "project_packages", lambda: ("torch>=2", "no-such-package"))
    finding = by_name(diagnose(tmp_path))["packages"]
    assert not finding.ok
    assert "no-such-package missing" in finding.found


def test_the_report_marks_what_is_wrong_and_what_could_be_had():
    findings = [
        Finding("a", True, "fine"),
        Finding("long", False, "bad", "mend it"),
        Finding("b", True, "none", "get one"),
    ]
    lines = ["ok  a     fine", "!!  long  bad", "          -> mend it", "--  b     none", "          -> get one"]
    assert report(findings).splitlines() == lines
    assert json.loads(report(findings, as_json=True))[1]["advice"] == "mend it"
