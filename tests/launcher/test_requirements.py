from __future__ import annotations

from packaging.requirements import Requirement
from packaging.version import Version

from engine.setup.requirements import bpy_requirements, engine_requirements


def test_the_lock_pins_everything_at_a_version_in_its_range():
    for requirements in engine_requirements(with_tests=True):
        pins = {pin.name.lower(): pin for pin in map(Requirement, requirements.pins)}
        for wanted in map(Requirement, requirements.packages):
            (exact,) = pins[wanted.name.lower()].specifier
            assert wanted.specifier.contains(Version(exact.version)), wanted


def test_a_changed_pin_changes_the_fingerprint():
    engine, tests = engine_requirements(with_tests=True)
    assert engine.fingerprint == engine_requirements(with_tests=False)[0].fingerprint
    assert engine.fingerprint != engine.with_pins(engine.pins[1:]).fingerprint
    assert engine.fingerprint != tests.fingerprint


def test_blenders_module_exists_for_two_pythons_and_is_exact():
    (bpy,) = bpy_requirements()
    for version, wanted in {"3.11": ["4.5.15"], "3.12": [], "3.13": ["5.2.3"]}.items():
        fitting = [line for line in map(Requirement, bpy.packages) if line.marker.evaluate({"python_version": version})]
        assert [next(iter(line.specifier)).version for line in fitting] == wanted
