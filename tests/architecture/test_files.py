"""What every file of the package keeps to: its size, its name, what it prints and what it mentions."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "freqtrade_riskkit"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
LOADED_BY_PATH = [
    p for p in SOURCES if p.parent.name in {"protections", "pairlists"} and p.stem != "__init__"
]
LONGEST = 300
PRINTING = {"cli", "report"}
PARTS_OF_OTHERS = {"pydantic_core": "pydantic"}
"""Distributions that another one pins exactly and brings along."""
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|tmp|home|root|usr|opt)(?:/|\b)")


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), path.name)


def _where(path: Path, node: ast.expr | None = None) -> str:
    return f"{path.relative_to(ROOT)}" + (f":{node.lineno}" if node is not None else "")


def test_files_when_counted_then_each_is_short_enough_for_one_subject() -> None:
    """A file that grows beyond this has taken on a second subject."""
    lengths = {_where(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_files_when_named_then_the_name_says_what_is_in_them() -> None:
    """No drawers for whatever fits nowhere."""
    drawers = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert [_where(path) for path in SOURCES if drawers & {path.stem, path.parent.name}] == []


def test_files_outside_cli_and_report_when_read_then_they_print_nothing() -> None:
    """Figures go back to the caller, news to the log."""
    printed = [
        _where(path, node)
        for path in SOURCES
        if path.relative_to(PACKAGE).parts[0] not in PRINTING
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printed == []


def test_files_when_read_then_they_name_no_place_of_one_machine() -> None:
    """Paths come from the user's config or from the package itself."""
    named = [
        f"{_where(path, node)}: {node.value}"
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and MACHINE_PATH.search(node.value)
    ]
    assert named == []


def test_file_that_freqtrade_loads_by_path_when_read_then_it_can_stand_alone() -> None:
    """Freqtrade executes these files outside any package, with their folder first on the path.

    So they import absolutely, postpone no annotations (dataclasses then fail) and shadow no other module.
    """
    for path in LOADED_BY_PATH:
        imports = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.ImportFrom)]
        assert path.stem.startswith("riskkit_"), path.name
        assert all(node.level == 0 and node.module != "__future__" for node in imports), path.name


def test_package_when_it_imports_another_then_that_one_is_declared() -> None:
    """What is installed only because something else needs it may be gone with the next release."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[\[<>=;~! ]", text)[0].lower() for text in project["dependencies"]}
    providers = packages_distributions()
    missing = {
        f"{_where(path)}: {name}"
        for path in SOURCES
        for name in _imported(_tree(path)) - {"freqtrade_riskkit"}
        if name in providers
        and not declared & {PARTS_OF_OTHERS.get(name, provider.lower()) for provider in providers[name]}
    }
    assert missing == set()


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names
