"""requirements-dev.lock: exact, of no particular machine, and in step with pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LINES = [
    line
    for line in (ROOT / "requirements-dev.lock").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_lock_when_read_then_every_line_is_one_exact_version() -> None:
    """No addresses, no paths, no options: pip takes each from wherever it is set up to."""
    pins = [Requirement(line) for line in LINES]
    assert [str(pin) for pin in pins if pin.url or [s.operator for s in pin.specifier] != ["=="]] == []


def test_lock_when_held_against_pyproject_then_it_satisfies_every_requirement() -> None:
    """What the package, its extras and the development group ask for is pinned in the range they allow."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = content["project"]["optional-dependencies"].values()
    groups = content["dependency-groups"].values()
    asked = [content["project"]["dependencies"], content["build-system"]["requires"], *extras, *groups]
    pins = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in map(Requirement, LINES)
        if pin.marker is None or pin.marker.evaluate()
    }
    unmet = [
        str(wanted)
        for wanted in (Requirement(text) for texts in asked for text in texts)
        if not wanted.specifier.contains(pins.get(canonicalize_name(wanted.name), "0"))
    ]
    assert unmet == []
