"""`riskkit report` on what real bots wrote: one that runs, and one whose database was imported."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

import pytest

from tests.live.bot import Bot
from tests.live.conftest import PAIRS
from tests.live.fleet import MakeBot
from tests.live.prices import SteeredPrices
from tests.live.records import in_database
from tests.live.steps import close_position, open_positions

START = 10_000.0
PRICES = (104.0, 97.0, 98.5, 103.0, 95.0, 96.0, 107.0, 100.5)
CLOSES = [
    datetime(2026, *moment, tzinfo=UTC)
    for moment in (
        (1, 5, 0, 0),  # a Monday
        (1, 5, 23, 59),
        (1, 6, 0, 0),
        (1, 11, 23, 59),
        (1, 12, 0, 0),
        (1, 31, 12, 0),
        (2, 1, 0, 0),  # a Sunday, of the week of the close before
        (3, 2, 8, 0),
    )
]
OPENINGS: dict[str, Callable[[datetime], datetime]] = {
    "day": lambda at: at.replace(hour=0, minute=0),
    "week": lambda at: at.replace(hour=0, minute=0) - timedelta(days=at.weekday()),
    "month": lambda at: at.replace(day=1, hour=0, minute=0),
}


@dataclass(frozen=True)
class Expected:
    """What a stretch of trades comes to, counted from Freqtrade's own column."""

    opening: float
    profits: list[float]

    def figures(self) -> dict[str, Any]:
        balances = list(accumulate(self.profits, initial=self.opening))
        peaks = list(accumulate(balances, max))
        falls = [(peak - balance) / peak for peak, balance in zip(peaks, balances, strict=True)]
        won = [profit for profit in self.profits if profit > 0]
        return {
            "trades": len(self.profits),
            "wins": len(won),
            "losses": len(self.profits) - len(won),
            "win_rate": pytest.approx(len(won) / len(self.profits)),
            "net_profit": pytest.approx(sum(self.profits)),
            "expectancy": pytest.approx(sum(self.profits) / len(self.profits)),
            "max_drawdown": pytest.approx(max(falls)),
            "current_drawdown": pytest.approx(falls[-1]),
            "peak_equity": pytest.approx(peaks[-1]),
        }


@pytest.mark.feature("A6", "A7", "records")
def test_report_when_a_bot_runs_and_another_was_imported_then_side_by_side_and_each_by_its_periods(
    make_bot: MakeBot, prices: SteeredPrices, tmp_path: Path
) -> None:
    """The imported one's closes lie at the edges of days, weeks and months."""
    section = {"account_id": "running", "db_url": f"sqlite:///{tmp_path / 'fleet.sqlite'}"}
    running = make_bot(riskkit=section, config={"fee": 0.001})
    running.start()
    open_positions(running, *PAIRS[:3])
    for pair, price in zip(PAIRS[:2], (99.0, 113.0), strict=True):
        close_position(running, prices, pair, price)
    aged = make_bot(config={"fee": 0.001})
    aged.start()
    prices.set(100.0)
    open_positions(aged, *PAIRS[: len(PRICES)])
    for pair, price in zip(PAIRS, PRICES, strict=False):
        close_position(aged, prices, pair, price)
    aged.kill()
    age(aged)
    aged.configure({**section, "account_id": "imported"})
    assert said(aged, "import")["added"] == len(CLOSES)

    profits = [trade.net_pnl for trade in in_database(aged)]
    assert len(set(profits)) == len(profits)
    for period, opening in OPENINGS.items():
        trend = said(aged, "report", "--by", period)["trend"]
        counts = [(at, len(list(group))) for at, group in groupby(map(opening, CLOSES))]
        ends = list(accumulate((count for _, count in counts), initial=0))
        expected = [
            (at, Expected(START + sum(profits[:first]), profits[first : first + count]))
            for first, (at, count) in zip(ends, counts, strict=False)
        ]
        assert len(trend) == len(expected) == {"day": 7, "week": 4, "month": 3}[period]
        for line, (at, stretch) in zip(trend, expected, strict=True):
            assert max(at, CLOSES[0] - timedelta(hours=1)) == datetime.fromisoformat(line["since"])
            assert line["opening_balance"] == pytest.approx(stretch.opening)
            assert {name: line["metrics"][name] for name in stretch.figures()} == stretch.figures()
    last = said(aged, "report", "--last", "3")
    stretch = Expected(START + sum(profits[:-3]), profits[-3:])
    assert {name: last["metrics"][name] for name in stretch.figures()} == stretch.figures()
    assert last["opening_balance"] == pytest.approx(stretch.opening)

    assert_side_by_side(running, {"imported": profits, "running": [t.net_pnl for t in in_database(running)]})


def assert_side_by_side(bot: Bot, profits: dict[str, list[float]]) -> None:
    """Each account is shown as alone, and nothing is added up over them."""
    until = ("--until", "2030-01-01")
    bot.wait_for("the records", lambda: said(bot, "report", *until)["metrics"]["trades"] == 2)
    accounts = said(bot, "report", "--all", *until)["accounts"]
    assert [account["account_id"] for account in accounts] == list(profits)
    for account in accounts:
        name = account["account_id"]
        whole = Expected(START, profits[name])
        assert {name: account["metrics"][name] for name in whole.figures()} == whole.figures()
        alone = said(bot, "report", "--account", name, *until)
        assert (alone["metrics"], alone["currency"]) == (account["metrics"], account["currency"])
    done = bot.command("report", "--all", *until, COLUMNS="160")
    words = done.stdout.split()
    sums = [sum(of_one) for of_one in profits.values()]
    for value in (*(str(len(of_one)) for of_one in profits.values()), *(f"{value:.2f}" for value in sums)):
        assert value in words
    assert str(sum(map(len, profits.values()))) not in words
    assert f"{sum(sums):.2f}" not in words


def age(bot: Bot) -> None:
    """Let the trades of a bot that is down have closed at `CLOSES`, each entered an hour before."""
    with closing(sqlite3.connect(bot.database, timeout=10)) as connection, connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM trades ORDER BY close_date")]
        for trade_id, close in zip(ids, CLOSES, strict=True):
            entry, exit_ = (f"{at:%Y-%m-%d %H:%M:%S.000000}" for at in (close - timedelta(hours=1), close))
            connection.execute(
                "UPDATE trades SET open_date = ?, close_date = ? WHERE id = ?", [entry, exit_, trade_id]
            )
            connection.execute(
                "UPDATE orders SET order_date = iif(ft_order_side = 'buy', ?1, ?2), "
                "order_filled_date = iif(ft_order_side = 'buy', ?1, ?2) WHERE ft_trade_id = ?3",
                [entry, exit_, trade_id],
            )


def said(bot: Bot, *words: str) -> dict[str, Any]:
    """Give what a command says as JSON."""
    done = bot.command(*words, "--json")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
