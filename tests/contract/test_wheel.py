"""The wheel is what users get: built, installed on its own and looked into."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LOOK_INTO_IT = """
import json
from importlib.metadata import distribution
from importlib.resources import files
import freqtrade_riskkit
package = files("freqtrade_riskkit")
kit = distribution("freqtrade-riskkit")
print(json.dumps({
    "package": str(package),
    "protections": [path.name for path in (package / "protections").iterdir()],
    "pairlists": [path.name for path in (package / "pairlists").iterdir()],
    "candles": [path.name for path in (package / "practice" / "candles").iterdir()],
    "commands": {entry.name: entry.value for entry in kit.entry_points if entry.group == "console_scripts"},
    "entry_loads": [callable(e.load()) for e in kit.entry_points if e.group == "console_scripts"],
    "versions": [kit.version, freqtrade_riskkit.__version__],
    "licence": kit.metadata["License-Expression"],
    "extras": sorted(kit.metadata.get_all("Provides-Extra")),
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)], cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def _run(arguments: list[str], *, cwd: Path, path: Path | None = None) -> str:
    """Run Python in `cwd`, with `path` before everything installed; answers its output."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_wheel_when_built_then_it_holds_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    """Also what is no Python: the type marker, the candles, whatever a room keeps beside its code."""
    package = ROOT / "freqtrade_riskkit"
    ours = {p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == {str(path.relative_to(ROOT)) for path in ours}
    assert "freqtrade_riskkit/py.typed" in packed
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_wheel_when_installed_alone_then_the_kit_finds_its_parts(wheel: Path, tmp_path: Path) -> None:
    """Freqtrade scans protections/ and pairlists/ as folders; the demo reads its candles as files."""
    target = tmp_path / "installed"
    _run(
        ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), str(wheel)],
        cwd=tmp_path,
    )
    found = json.loads(_run(["-c", LOOK_INTO_IT], cwd=tmp_path, path=target))
    assert found["package"] == str(target / "freqtrade_riskkit")
    assert "riskkit_circuit_breaker.py" in found["protections"]
    assert "__init__.py" in found["pairlists"]
    assert {"BTC_USDT-1h.feather", "ETH_USDT-1h.feather"} <= set(found["candles"])
    assert found["commands"] == {"riskkit": "freqtrade_riskkit.cli.main:run"}
    assert found["entry_loads"] == [True]
    assert len(set(found["versions"])) == 1
    assert found["licence"] == "GPL-3.0-or-later"
    assert found["extras"] == ["hyperopt", "postgres"]
