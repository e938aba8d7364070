"""A record for each closed trade of a real backtest, its figures computed again from Freqtrade's export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from freqtrade_riskkit.core.records import Side, TradeRecord
from tests.backtest.planned import FIRST, Planned, market
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.command import freqtrade
from tests.support.scripted import scripted_with_kit
from tests.support.workspace import Workspace

Backtest = Callable[..., BacktestRun]
A2 = pytest.mark.feature("A2", "backtest")

# Every third trade is added to, every fifth sells a part; entries carry a tag.
ADDS_AND_SELLS = """
    position_adjustment_enable = True

    def adjust_trade_position(self, trade, current_time, **kwargs):
        if trade.id % 3 == 0 and trade.nr_of_successful_entries == 1:
            return 300.0
        if trade.id % 5 == 0 and trade.nr_of_successful_exits == 0:
            return -trade.stake_amount / 4
        return None
"""


@pytest.fixture(scope="module")
def run(shared_backtest: Backtest) -> BacktestRun:
    """Two weeks of a random market, with a fee of 0.001."""
    candles, script = random_market(seed=21, days=14)
    for words in script.values():
        words["enter"] = {moment: f"tag {place % 4}" for place, moment in enumerate(words["enter"])}
    return shared_backtest(scripted_with_kit(body=ADDS_AND_SELLS), candles, script=script, riskkit={})


@pytest.fixture
def pairs_of_both(run: BacktestRun) -> list[tuple[TradeRecord, Any]]:
    """Give each record beside Freqtrade's row of the same trade."""
    records = run.strategy.riskkit.trade_records()
    return list(zip(records, run.trades.itertuples(), strict=True))


@A2
def test_records_when_trades_closed_then_as_many_in_the_order_of_closing(run: BacktestRun) -> None:
    records = run.strategy.riskkit.trade_records()

    assert len(records) > 100
    assert {len(orders) for orders in run.trades["orders"]} == {2, 3, 4}
    assert [record.trade_id for record in records] != sorted(record.trade_id for record in records)
    assert len({record.trade_id for record in records}) == len(records)
    assert {record.account_id for record in records} == {"freqtrade@binance:spot:backtest"}


@A2
def test_record_when_compared_with_the_exported_trade_then_its_words_are_the_same(
    pairs_of_both: list[tuple[TradeRecord, Any]],
) -> None:
    for record, trade in pairs_of_both:
        assert record.pair == trade.pair
        assert record.side is (Side.SHORT if trade.is_short else Side.LONG)
        assert (record.enter_tag, record.exit_reason) == (trade.enter_tag, trade.exit_reason)
        assert (record.entry_at, record.exit_at) == (trade.open_date, trade.close_date)
        assert record.holding_seconds == trade.trade_duration * 60
        assert record.is_win is (trade.profit_abs > 0)
        assert record.leverage == trade.leverage
        assert record.fills == len(trade.orders)


@A2
def test_record_when_its_money_is_computed_again_from_the_orders_then_the_same(
    pairs_of_both: list[tuple[TradeRecord, Any]],
) -> None:
    """Gross is what was sold less what was bought; fees are 0.001 of either; net is the difference."""
    for record, trade in pairs_of_both:
        bought = sum(o["amount"] * o["safe_price"] for o in trade.orders if o["ft_is_entry"])
        sold = sum(o["amount"] * o["safe_price"] for o in trade.orders if not o["ft_is_entry"])
        assert record.gross_pnl == pytest.approx(sold - bought, abs=1e-6)
        assert record.fees == pytest.approx(0.001 * (sold + bought), rel=1e-9)
        assert record.net_pnl == pytest.approx(sold - bought - 0.001 * (sold + bought), abs=1e-6)
        assert record.net_pnl == pytest.approx(trade.profit_abs, abs=1e-9)
        assert record.pnl_ratio == pytest.approx(record.net_pnl / (bought * 1.001), rel=1e-6)
        assert record.pnl_ratio == pytest.approx(trade.profit_ratio, rel=1e-9)
        assert record.stake == pytest.approx(bought, rel=1e-9)
        assert record.stake == pytest.approx(trade.max_stake_amount, rel=1e-9)
        assert (record.entry_rate, record.exit_rate) == (trade.open_rate, trade.close_rate)
        assert record.amount == pytest.approx(trade.amount)
        assert record.realised_slippage == 0


@A2
def test_record_when_a_fill_is_worse_than_the_rate_asked_for_then_the_difference_is_its_slippage(
    backtest: Backtest,
) -> None:
    """Ten coins bought 0.5 dearer and sold 0.25 cheaper than asked for: 5 and 2.50 lost on the way."""
    body = """
        def order_filled(self, pair, trade, order, current_time, **kwargs):
            order.average = order.ft_price + (0.5 if order.ft_order_side == "buy" else -0.25)
    """
    candles, script = market([Planned("1 2:00", "1 4:00", 100, FIRST)], days=1)

    run = backtest(scripted_with_kit(body=body), candles, script=script, riskkit={})

    (record,) = run.strategy.riskkit.trade_records()
    assert record.realised_slippage == pytest.approx(7.5)


@pytest.mark.feature("A1", "backtest")
@pytest.mark.parametrize(
    ("section", "config", "account"),
    [
        ({}, {}, "freqtrade@binance:spot:backtest"),
        ({}, {"bot_name": "first"}, "first@binance:spot:backtest"),
        ({"account_id": "my account"}, {"bot_name": "first"}, "my account"),
    ],
    ids=["nothing set", "bot_name", "account_id"],
)
def test_account_when_a_backtest_runs_then_named_and_no_ledger_is_opened(
    backtest: Backtest,
    workspace: Workspace,
    section: Mapping[str, Any],
    config: Mapping[str, Any],
    account: str,
) -> None:
    """Keys stand in the config and nowhere in what the kit gives; no file of a ledger appears anywhere.

    Opening one would fail: its place is a folder that can't be made.
    """
    candles, script = market([Planned("1 2:00", "1 4:00", -100, FIRST)], days=1)
    secret = {"exchange": {"key": "AbCdEf123", "secret": "GhIjKl456"}}
    (workspace.root / "occupied").write_text("a file where a folder would have to be")
    database = f"sqlite:///{workspace.root / 'occupied' / 'riskkit.sqlite'}"

    run = backtest(
        scripted_with_kit(),
        candles,
        script=script,
        riskkit={"db_url": database, "circuit_breaker": {}, **section},
        config={**config, **secret},
        export="trades",
    )

    assert run.riskkit["account_id"] == account
    assert run.strategy.riskkit.account_id == account
    assert not _files(workspace.root, "*.sqlite*")
    for file in _files(workspace.results, "*.riskkit.json"):
        assert "AbCdEf123" not in file.read_text()
        assert "GhIjKl456" not in file.read_text()
    assert _files(workspace.results, "*.riskkit.json")


@pytest.mark.feature("A1", "backtest")
def test_ledger_when_hyperopt_runs_then_never_opened(workspace: Workspace) -> None:
    """Two epochs in two processes; the place of the ledger can't be made either."""
    (workspace.root / "occupied").write_text("a file where a folder would have to be")
    candles, script = market([Planned("1 2:00", "1 4:00", -100, FIRST)], days=2)
    body = """
        from freqtrade.strategy import IntParameter
        buy_any = IntParameter(0, 9, default=0)
    """
    workspace.write_strategies(scripted_with_kit(body=body))
    workspace.write_candles(candles, timeframe="1h")
    database = f"sqlite:///{workspace.root / 'occupied' / 'riskkit.sqlite'}"
    config = workspace.write_config(
        pairs=[FIRST],
        timeframe="1h",
        riskkit={"db_url": database, "circuit_breaker": {}},
        overrides={"script": script},
    )

    done = freqtrade(
        *("hyperopt", "--config", config, "--userdir", workspace.user_data, "--strategy", "Scripted"),
        *("--spaces", "buy", "-j", "2", "-e", "2", "--min-trades", "1", "--enable-protections"),
        *("--hyperopt-loss", "OnlyProfitHyperOptLoss", "--disable-param-export"),
        cwd=workspace.root,
    )

    assert done.returncode == 0, done.stderr
    assert "2/2" in done.stdout + done.stderr
    assert not _files(workspace.root, "*.sqlite*")


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.rglob(pattern))


def test_equity_when_the_backtest_ended_then_it_is_freqtrades_final_balance(run: BacktestRun) -> None:
    """What is forced to close after the last loop is included: the script leaves positions to the end."""
    assert run.riskkit["equity"]["final"] == pytest.approx(run.stats["final_balance"], abs=1e-6)
