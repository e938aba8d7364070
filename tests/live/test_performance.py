"""Trade records and metrics of a running bot, held against Freqtrade's own figures."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from freqtrade_riskkit.practice import AccountSpec
from freqtrade_riskkit.practice.trading.fees import FeeSchedule
from tests.live.account import ExchangeAccount
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position

FEE = 0.001
EXIT_PRICES = (104.0, 97.0, 103.0, 98.5, 96.0, 101.5, 100.25)
SAME = {
    "trades": "closed_trade_count",
    "wins": "winning_trades",
    "losses": "losing_trades",
    "win_rate": "winrate",
    "expectancy": "expectancy",
    "expectancy_ratio": "expectancy_ratio",
    "profit_factor": "profit_factor",
    "sharpe": "sharpe",
    "sortino": "sortino",
    "calmar": "calmar",
    "max_drawdown": "max_drawdown",
    "max_drawdown_abs": "max_drawdown_abs",
    "current_drawdown": "current_drawdown",
    "current_drawdown_abs": "current_drawdown_abs",
    "net_profit": "profit_closed_coin",
}
UNDEFINED_WITHOUT_TRADES = (
    *("win_rate", "average_win", "average_loss", "expectancy", "expectancy_ratio", "profit_factor"),
    *("sharpe", "sortino", "calmar", "sqn", "max_drawdown", "max_drawdown_abs"),
    *("current_drawdown", "current_drawdown_abs", "average_holding_seconds"),
)


BALANCE = 1_000_000


@pytest.fixture
def accounts() -> tuple[AccountSpec, ...]:
    """A live account with real fees: a buy pays them in coins."""
    return (AccountSpec("main", {"USDT": Decimal(BALANCE)}, FeeSchedule()),)


@in_dry_run_and_live("A2", "A3")
def test_records_and_metrics_when_trades_closed_then_they_are_freqtrades(
    start_bot: StartBot, prices: SteeredPrices, account: ExchangeAccount
) -> None:
    """Orders larger than a level of the book: fills differ from the rates that were asked for.

    A live trade's profit leaves out the fee of the fee, and what lots leave over stays in coins.
    """
    bot = start_bot(config={"fee": FEE, "stake_amount": 60_000, "dry_run_wallet": BALANCE})
    empty = bot.loops()["metrics"]
    assert empty["trades"] == 0
    assert {name: empty[name] for name in UNDEFINED_WITHOUT_TRADES} == dict.fromkeys(UNDEFINED_WITHOUT_TRADES)

    bot.hold(enter={pair: f"tag_{pair[:5]}" for pair in PAIRS[: len(EXIT_PRICES)]})
    open_pairs = PAIRS[: len(EXIT_PRICES)]
    bot.wait_for("positions", lambda: len(bot.open_pairs()) == len(open_pairs))
    bot.hold()
    close_position(bot, prices, open_pairs[0], EXIT_PRICES[0])
    first = bot.when("the first close", lambda seen: seen["metrics"]["trades"] == 1)["metrics"]
    assert (first["win_rate"], first["average_loss"], first["profit_factor"], first["sqn"]) == (
        1,
        None,
        None,
        None,
    )
    for pair, price in zip(open_pairs[1:], EXIT_PRICES[1:], strict=True):
        close_position(bot, prices, pair, price)
    seen = bot.when("all closes", lambda seen: seen["metrics"]["trades"] == len(open_pairs))

    metrics, profit = seen["metrics"], bot.rest.profit()
    assert {own: metrics[own] for own in SAME} == {
        own: pytest.approx(profit[theirs], rel=1e-6, abs=1e-6) for own, theirs in SAME.items()
    }
    assert round(metrics["sqn"], 4) == profit["sqn"]  # rounded by Freqtrade
    trades = sorted(bot.rest.trades(), key=lambda trade: trade["close_timestamp"])
    gains = [trade["profit_abs"] for trade in trades]
    assert metrics["average_win"] == pytest.approx(sum(g for g in gains if g > 0) / 4)
    assert metrics["average_loss"] == pytest.approx(-sum(g for g in gains if g < 0) / 3)
    assert (metrics["draws"], metrics["win_streak"], metrics["loss_streak"]) == (0, 2, 0)
    assert (metrics["longest_win_streak"], metrics["longest_loss_streak"]) == (2, 2)
    assert metrics["peak_equity"] == pytest.approx(BALANCE + max(sum(gains[:n]) for n in range(1, 8)))
    assert metrics["fees"] == pytest.approx(sum(fees(trade) for trade in trades))
    held = [(trade["close_timestamp"] - trade["open_timestamp"]) / 1000 for trade in trades]
    assert metrics["average_holding_seconds"] == pytest.approx(sum(held) / len(held), abs=0.01)

    assert reported(bot) == same_as(metrics)
    if bot.live:
        assert metrics["fees"] > 700
        assert account.total() == pytest.approx(BALANCE + metrics["net_profit"], abs=2)
    bot.restart()
    assert bot.when("the first loop", lambda seen: seen["metrics"]["trades"])["metrics"] == same_as(metrics)

    records = {record["trade_id"]: record for record in seen["trades"]}
    assert len(records) == len(trades)
    for trade in trades:
        assert records[trade["trade_id"]] == expected_record(seen["account_id"], trade)


def reported(bot: Bot) -> dict[str, Any]:
    """Give the metrics that `riskkit report` says."""
    done = bot.command("report", "--json")
    assert done.returncode == 0, done.stderr
    metrics: dict[str, Any] = json.loads(done.stdout)["metrics"]
    return metrics


def same_as(metrics: dict[str, Any]) -> dict[str, Any]:
    """Give what equals all of these metrics to within rounding."""
    return {
        name: value if value is None else pytest.approx(value, rel=1e-9) for name, value in metrics.items()
    }


def expected_record(account_id: str, trade: dict[str, Any]) -> dict[str, Any]:
    """Make a trade record of what Freqtrade says of the trade."""
    entry, exit_ = trade["orders"]
    paid = sum(
        (order["average"] - asked) * order["filled"] * sign
        for order, asked, sign in ((entry, 100.0, 1), (exit_, exit_price(trade), -1))
    )
    assert paid > 0
    return {
        "account_id": account_id,
        "trade_id": trade["trade_id"],
        "pair": trade["pair"],
        "side": "long",
        "entry_rate": trade["open_rate"],
        "exit_rate": trade["close_rate"],
        "amount": trade["amount"],
        "stake": trade["max_stake_amount"],
        "gross_pnl": pytest.approx(trade["profit_abs"] + fees(trade)),
        "pnl_ratio": pytest.approx(trade["profit_ratio"]),
        "fees": pytest.approx(fees(trade)),
        "net_pnl": pytest.approx(trade["profit_abs"]),
        "entry_at": Moment(trade["open_timestamp"]),
        "exit_at": Moment(trade["close_timestamp"]),
        "enter_tag": f"tag_{trade['pair'][:5]}",
        "exit_reason": "exit_signal",
        "leverage": 1.0,
        "fills": 2,
        "realised_slippage": pytest.approx(paid),
    }


def exit_price(trade: dict[str, Any]) -> float:
    return EXIT_PRICES[PAIRS.index(trade["pair"])]


def fees(trade: dict[str, Any]) -> float:
    """Add up the fees of a trade's fills."""
    return sum(order["filled"] * order["average"] * FEE for order in trade["orders"])


class Moment:
    """Equals a written moment that is the same to the millisecond."""

    def __init__(self, timestamp_ms: int) -> None:
        self.timestamp_ms = timestamp_ms

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return NotImplemented
        return abs(datetime.fromisoformat(other).timestamp() * 1000 - self.timestamp_ms) <= 1

    def __repr__(self) -> str:
        return f"Moment({self.timestamp_ms})"
