"""After ``freqtrade backtesting``: the kit's table, its file, and what Freqtrade's cache makes of them.

Real command lines over one workspace. Two strategies carry the mixin, one of them by way of a base class in
another file; a third has none.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from freqtrade_riskkit import __version__
from freqtrade_riskkit.core.performance import Metrics
from freqtrade_riskkit.practice import PracticeServer
from tests.support import candles
from tests.support.command import freqtrade
from tests.support.scripted import scripted, scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(240)

PAIR, OTHER = "BTC/USDT", "ETH/USDT"
# Two losers in a row trip the breaker at 05:00; the entry of 06:00 falls into the cooldown and is turned away
# by its lock. At 08:00 two pairs signal, and the limit lets one of them in.
FALLING = [100.0, 100.0, 100.0, 98.0, 98.0, 96.0, *[96.0] * 18]
SCRIPT = {
    PAIR: {
        "enter": ["2024-01-01 02:00", "2024-01-01 04:00", "2024-01-01 06:00", "2024-01-01 08:00"],
        "exit": ["2024-01-01 03:00", "2024-01-01 05:00", "2024-01-01 10:00"],
    },
    OTHER: {"enter": ["2024-01-01 08:00"], "exit": ["2024-01-01 09:00"]},
}
SECTION = {
    "account_id": "tests",
    "db_url": "postgresql+psycopg://bot:PASSWORDINTHEOPEN@127.0.0.1/riskkit",
    "circuit_breaker": {"loss_streak": {"limit": 2, "stop_duration": 60}},
    "order_tracking": {},
    "entry": {"max_open_positions": 1},
}
SECRET_OPTION = "postgresql://127.0.0.1/riskkit?user=bot&password=PASSWORDINTHEOPEN"
BASE = scripted_with_kit("Base")
STRATEGIES = (
    "from scripted_base import Base\n\nclass Inherits(Base):\n    pass\n\n"
    + scripted_with_kit("Carries")
    + scripted("Plain")
)
METRICS = """
trades wins losses draws win_rate average_win average_loss expectancy expectancy_ratio profit_factor sharpe
sortino calmar sqn max_drawdown max_drawdown_abs current_drawdown current_drawdown_abs peak_equity win_streak
loss_streak longest_win_streak longest_loss_streak average_holding_seconds fees net_profit
"""
TITLE, NOT_SIMULATED = "RISKKIT — ", "BREAKER NOT SIMULATED"


@dataclass(frozen=True, slots=True)
class Output:
    """What one command said."""

    text: str
    tables: tuple[str, ...]

    def reuses(self, strategy: str) -> bool:
        """Say whether Freqtrade took a strategy's result from its cache."""
        return f"Reusing result of previous backtest for {strategy}\n" in self.text


@pytest.fixture(scope="module")
def shop(practice: PracticeServer, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("results"), practice.overlay())
    workspace.write_strategies(BASE, file="scripted_base.py")
    workspace.write_strategies(STRATEGIES)
    frames = {PAIR: candles.from_opens(FALLING), OTHER: candles.flat(50.0, 24)}
    workspace.write_candles(frames, timeframe="1h")
    workspace.write_config(
        pairs=[PAIR, OTHER],
        timeframe="1h",
        riskkit=SECTION,
        overrides={"script": SCRIPT, "exchange": {"key": "KEYINTHEOPEN", "secret": "SECRETINTHEOPEN"}},
    )
    return workspace


def test_results_when_backtested_again_and_edited_then_tables_and_files_follow(shop: Workspace) -> None:
    """First run, cached run, run after an edit of a base class: each needs the one before."""
    first = _backtest(shop, "--enable-protections", "--cache", "day")

    assert len(first.tables) == 2
    assert "Carries (account tests)" in first.tables[0]
    assert any(
        row.startswith("Denied: POSITION_LIMIT") and row.endswith(" 1") for row in _rows(first.tables[0])
    )
    assert "Inherits (account tests)" in first.tables[1]
    assert NOT_SIMULATED not in first.text
    (file,) = shop.results.glob("*.riskkit.json")
    (stored,) = shop.results.glob("*.zip")
    assert file.name == stored.name.replace(".zip", ".riskkit.json")
    written = _read(file)
    _assert_shape(written)
    assert _names_secrets(shop.results) == []

    cached = _backtest(shop, "--enable-protections", "--cache", "day")

    assert all(cached.reuses(name) for name in ("Carries", "Inherits", "Plain"))
    assert cached.tables == first.tables
    assert _read(file) == written
    assert len(list(shop.results.glob("*.riskkit.json"))) == 1

    shop.write_strategies(BASE + "\n# edited\n", file="scripted_base.py")
    edited = _backtest(shop, "--enable-protections", "--cache", "day")

    assert not edited.reuses("Inherits")
    assert edited.reuses("Carries")
    assert edited.tables == first.tables
    newest = max(shop.results.glob("*.riskkit.json"))
    assert newest != file
    assert _read(newest) == written


def test_breaker_when_not_simulated_then_the_first_row_says_so_and_no_file_is_written(
    shop: Workspace,
) -> None:
    """And a limit from the environment is in force, which lets both pairs in at 08:00.

    Without a breaker the entry of 06:00 passes, and is open at 08:00. ``--export none`` only prints.
    """
    before = list(shop.user_data.rglob("*.riskkit.json"))
    output = _backtest(
        shop, "--cache", "none", "--export", "none", FREQTRADE__RISKKIT__ENTRY__MAX_OPEN_POSITIONS="2"
    )

    assert list(shop.user_data.rglob("*.riskkit.json")) == before
    assert len(output.tables) == 2
    for table in output.tables:
        first, *others = _rows(table)
        assert first.startswith(NOT_SIMULATED)
        assert "--enable-protections" in first
        assert any(row.startswith("Trades") and "4 (0 / 4 / 0)" in row for row in others)
        assert "POSITION_LIMIT" not in table


@pytest.mark.parametrize(
    ("section", "environment"),
    [
        pytest.param({"db_url": SECRET_OPTION}, {}, id="in-the-file"),
        pytest.param(None, {"FREQTRADE__RISKKIT__DB_URL": SECRET_OPTION}, id="in-a-variable"),
        pytest.param(
            None,
            {"FREQTRADE__RISKKIT": json.dumps({"mode": "observe", "db_url": SECRET_OPTION})},
            id="in-the-section-as-a-variable",
        ),
    ],
)
def test_results_when_the_ledgers_password_is_an_option_of_its_url_then_no_file_holds_it(
    workspace: Workspace, section: Mapping[str, Any] | None, environment: Mapping[str, str]
) -> None:
    """A password in its usual place is looked for in the first test."""
    workspace.write_strategies(scripted_with_kit("Carries"))
    workspace.write_candles({PAIR: candles.flat(100.0, 24)}, timeframe="1h")
    workspace.write_config(pairs=[PAIR], timeframe="1h", riskkit=section, overrides={"script": SCRIPT})

    done = freqtrade(
        *("backtesting", "--config", workspace.config_file, "--userdir", workspace.user_data),
        *("--strategy", "Carries"),
        cwd=workspace.root,
        env=environment,
    )

    assert done.returncode == 0, done.stderr
    assert list(workspace.results.glob("*.zip"))
    assert list(workspace.results.glob("*.riskkit.json"))
    assert _names_secrets(workspace.results) == []
    assert "INTHEOPEN" not in done.stdout + done.stderr


def _backtest(workspace: Workspace, *options: str, **environment: str) -> Output:
    done = freqtrade(
        *("backtesting", "--config", workspace.config_file, "--userdir", workspace.user_data),
        *("--timerange", "20240101-20240102", "--strategy-list", "Carries", "Inherits", "Plain"),
        *options,
        cwd=workspace.root,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    tables = done.stdout.split(TITLE)[1:]
    return Output(done.stdout + done.stderr, tuple(table.rstrip() for table in tables))


def _read(file: Path) -> Any:
    """Read a result; Freqtrade's cache gives numbers back to 15 digits."""
    return json.loads(file.read_text(encoding="utf-8"), parse_float=lambda text: float(f"{float(text):.12g}"))


def _rows(table: str) -> list[str]:
    """Give the rows of a table below its head, without its frame."""
    lines = [line.strip(" │┃") for line in table.splitlines()]
    head = next(number for number, line in enumerate(lines) if line.startswith("Figure"))
    return [line for line in lines[head + 1 :] if line and line[0].isalpha()]


def _assert_shape(written: Mapping[str, Any]) -> None:
    assert set(written) == {"kit_version", "strategies"}
    assert written["kit_version"] == __version__
    assert list(written["strategies"]) == ["Carries", "Inherits"]
    assert written["strategies"]["Carries"] == written["strategies"]["Inherits"]
    result = written["strategies"]["Carries"]
    assert {
        "account_id",
        "breaker_simulated",
        "mode",
        "trips",
        "denials",
        "metrics",
        "equity",
        "orders",
    } <= set(result)
    assert (result["account_id"], result["breaker_simulated"], result["mode"]) == ("tests", True, "enforce")
    (trip,) = result["trips"]
    assert {"code", "at", "limit", "value", "until"} <= set(trip)
    assert trip["code"] == "CONSECUTIVE_LOSSES_EXCEEDED"
    assert (trip["limit"], trip["value"]) == (2, 2)
    assert datetime.fromisoformat(trip["at"]).isoformat() == "2024-01-01T05:00:00+00:00"
    assert datetime.fromisoformat(trip["until"]).isoformat() == "2024-01-01T06:00:00+00:00"
    assert result["denials"] == {"COOLDOWN": 1, "POSITION_LIMIT": 1}
    assert set(result["metrics"]) == {field.name for field in fields(Metrics)} >= set(METRICS.split())
    assert result["metrics"]["trades"] == 3
    equity = result["equity"]
    assert {"peak", "max_drawdown", "worst_day_loss", "adverse_worst_day_loss"} <= set(equity)
    assert equity["peak"] == 10000
    assert equity["max_drawdown"] <= equity["marked_max_drawdown"] <= equity["adverse_max_drawdown"]
    assert result["orders"] == {"entry": {"filled": 3}, "exit": {"filled": 3}}


def _names_secrets(folder: Path) -> list[str]:
    """Name the files, also those in zips, that hold a key, a secret or a password."""
    contents = {file.name: file.read_bytes() for file in folder.iterdir()}
    for archive in folder.glob("*.zip"):
        with zipfile.ZipFile(archive) as zipped:
            contents |= {f"{archive.name}/{name}": zipped.read(name) for name in zipped.namelist()}
    return [name for name, content in contents.items() if b"INTHEOPEN" in content]
