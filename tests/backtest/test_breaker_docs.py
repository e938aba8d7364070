"""The figures in docs/breaker.md: what the breaker costs in a V, and what it saves in a crash.

With ``RISKKIT_WRITE_DOCS=1`` in the environment the tables are written anew instead of compared.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.backtest.falls import BUYS_DIPS, falling
from tests.support.backtest import BacktestRun

PAGE = Path(__file__).parents[2] / "docs" / "breaker.md"
HEAD = """\
| breaker | profit | deepest fall, open positions included | trips | trades |
|---|---:|---:|---|---:|
"""
SETTINGS: dict[str, dict[str, Any]] = {
    "none (`mode: observe`)": {"mode": "observe", "circuit_breaker": {}},
    "`block`, the default": {"circuit_breaker": {}},
    "`preset: timed`": {"circuit_breaker": {"preset": "timed"}},
    "`flatten` on daily loss and drawdown": {
        "circuit_breaker": {"daily_loss": {"action": "flatten"}, "drawdown": {"action": "flatten"}}
    },
}


@pytest.mark.parametrize(("course", "table"), [("vee", "v"), ("crash", "crash")])
def test_table_when_its_backtests_run_again_then_the_same_figures(
    shared_backtest: Callable[..., BacktestRun], course: str, table: str
) -> None:
    runs = {
        name: shared_backtest(
            BUYS_DIPS, falling(course), riskkit=section, config={"max_open_trades": 4, "stake_amount": 800}
        )
        for name, section in SETTINGS.items()
    }
    found = HEAD + "".join(row(name, run) for name, run in runs.items())

    page = PAGE.read_text(encoding="utf-8")
    marked = re.compile(f"(?<=<!-- {table}:start -->\n).*?(?=<!-- {table}:end -->)", re.DOTALL)
    if os.environ.get("RISKKIT_WRITE_DOCS"):
        PAGE.write_text(marked.sub(lambda _: found, page), encoding="utf-8")
        return
    (written,) = marked.findall(page)
    assert written == found


def row(name: str, run: BacktestRun) -> str:
    """Write a row; an observed run counts what would have tripped, which is no trip."""
    result = run.riskkit
    codes = [trip["code"] for trip in result["trips"]] if result["mode"] == "enforce" else []
    trips = ", ".join(f"{codes.count(code)} × {code}" for code in dict.fromkeys(codes)) or "–"
    profit, fall = run.trades["profit_abs"].sum(), result["equity"]["marked_max_drawdown"]
    return f"| {name} | {profit:+,.2f} USDT | {fall:.1%} | {trips} | {len(run.trades)} |\n"
