"""What `riskkit report` reads from records of real backtests, beside Freqtrade's own figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from freqtrade.data.metrics import calculate_max_drawdown_from_balance
from sqlalchemy import create_engine, text

from freqtrade_riskkit.cli import main
from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.core.performance import ForeignRecord
from freqtrade_riskkit.ledger import AccountFacts, facts_to_text, open_ledger
from freqtrade_riskkit.ledger.account_facts import STATE_NAME
from tests.backtest.random_trades import random_market
from tests.backtest.test_account_metrics import SAME
from tests.support.backtest import BacktestRun
from tests.support.riskkit_command import riskkit
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]
Ask = Callable[..., Any]
A3 = pytest.mark.feature("A3", "records")
A4 = pytest.mark.feature("A4", "records")
A5 = pytest.mark.feature("A5", "records")
A6 = pytest.mark.feature("A6", "records")
A7 = pytest.mark.feature("A7", "records")
BALANCE = 10_000.0
CONFIG = {
    "dry_run": True,
    "dry_run_wallet": BALANCE,
    "max_open_trades": 3,
    "stake_currency": "USDT",
    "stake_amount": 100,
    "entry_pricing": {},
    "exit_pricing": {},
    "exchange": {"name": "binance", "pair_whitelist": ["BTC/USDT"]},
    "pairlists": [{"method": "StaticPairList"}],
    "riskkit": {"account_id": "calm"},
}


@pytest.fixture(scope="module")
def runs(shared_backtest: Backtest) -> dict[str, BacktestRun]:
    """Two accounts: one pair each, in two markets, so that no two trades close at one moment."""
    found = {}
    for mood, account in enumerate(("calm", "lively"), start=1):
        candles, script = random_market(seed=40 + mood, pairs=1, days=160, volatility=0.01 * mood)
        section = {"account_id": account}
        found[account] = shared_backtest(scripted_with_kit(), candles, script=script, riskkit=section)
        assert len(found[account].trades) > 100
    return found


@pytest.fixture(scope="module")
def folder(runs: dict[str, BacktestRun], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with both accounts' records, and the equity samples that Freqtrade captured of the first."""
    place = tmp_path_factory.mktemp("records")
    (place / "user_data").mkdir()
    (place / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    for account, run in runs.items():
        began = _moment(run.stats["backtest_start"])
        ledger = open_ledger("sqlite:///riskkit.sqlite", place / "user_data", account, account, began)
        ledger.save_state(STATE_NAME, facts_to_text(AccountFacts(BALANCE, "USDT", began)), began)
        ledger.put_trades(run.strategy.riskkit.trade_records(), began)
        ledger.close()
    return place


@pytest.fixture(scope="module")
def ask(folder: Path) -> Ask:
    """Call the command, and read its JSON."""
    options = ("--config", str(folder / "config.json"), "--userdir", str(folder / "user_data"), "--json")

    def call(*arguments: str, code: int = 0) -> Any:
        shown = TextIOWrapper(BytesIO(), encoding="utf-8")
        with redirect_stdout(shown), pytest.raises(SystemExit) as ended:
            main.run(["report", *options, *arguments])
        assert ended.value.code == code
        shown.seek(0)
        return json.loads(shown.read())

    return call


@A3
def test_metrics_when_read_from_records_then_freqtrades_of_the_same_trades(
    runs: dict[str, BacktestRun], ask: Ask
) -> None:
    """Freqtrade rounds the holding time to minutes and SQN to four digits."""
    for account, run in runs.items():
        end = _moment(run.stats["backtest_end"]) + timedelta(seconds=1)
        shown = ask("--account", account, "--until", end.isoformat())["metrics"]
        ours = {name: shown[name] for name in SAME}
        freqtrades = {name: run.stats[theirs] for name, theirs in SAME.items()}
        holding = ours.pop("average_holding_seconds")
        assert round(holding / 60) * 60 == freqtrades.pop("average_holding_seconds")
        assert ours == pytest.approx(freqtrades, rel=1e-9, abs=5e-9)
        assert shown["sqn"] == pytest.approx(run.stats["sqn"], abs=5.1e-5)


@A3
def test_metrics_when_read_from_records_then_those_that_the_backtest_kept(
    runs: dict[str, BacktestRun], ask: Ask
) -> None:
    """All of them, also those that Freqtrade doesn't have; daily means need the same days."""
    for account, run in runs.items():
        end = _moment(run.stats["backtest_end"]) + timedelta(seconds=1)
        shown = ask("--account", account, "--until", end.isoformat())["metrics"]
        assert shown == pytest.approx(run.riskkit["metrics"], rel=1e-9, abs=1e-9)


@A7
@pytest.mark.parametrize("period", ["day", "month"])
def test_trend_when_freqtrade_breaks_its_trades_down_too_then_the_same_sums(
    runs: dict[str, BacktestRun], ask: Ask, period: str
) -> None:
    """Freqtrade lists empty periods as well, and rounds to its last digits. Its weeks end on Mondays."""
    run = runs["calm"]
    trend = ask("--by", period)["trend"]
    theirs = [line for line in run.stats["periodic_breakdown"][period] if line["trades"]]
    assert [
        (line["metrics"]["trades"], line["metrics"]["wins"], line["metrics"]["losses"]) for line in trend
    ] == [(line["trades"], line["wins"], line["losses"]) for line in theirs]
    for ours, freqtrades in zip(trend, theirs, strict=True):
        assert ours["metrics"]["net_profit"] == pytest.approx(freqtrades["profit_abs"], abs=1e-6)
        if ours["metrics"]["losses"]:
            assert ours["metrics"]["profit_factor"] == pytest.approx(freqtrades["profit_factor"], abs=1e-6)
    assert sum(line["metrics"]["trades"] for line in trend) == len(run.trades)


@A7
def test_weeks_when_read_then_those_of_the_iso_calendar(runs: dict[str, BacktestRun], ask: Ask) -> None:
    run = runs["calm"]
    trend = ask("--by", "week")["trend"]
    weeks = run.trades.groupby(run.trades["close_date"].dt.tz_localize(None).dt.to_period("W-SUN"))
    assert [line["metrics"]["trades"] for line in trend] == weeks.size().tolist()
    assert [line["metrics"]["net_profit"] for line in trend] == pytest.approx(
        weeks["profit_abs"].sum().tolist()
    )
    assert [line["since"][:10] for line in trend[1:]] == [
        f"{week.start_time:%Y-%m-%d}" for week in weeks.groups
    ][1:]


@A7
def test_last_trades_when_asked_for_then_they_are_computed_as_pandas_would(
    runs: dict[str, BacktestRun], ask: Ask
) -> None:
    for account, run in runs.items():
        shown = ask("--account", account, "--last", "30")
        profit = run.trades["profit_abs"]
        last = profit.tail(30)
        equity = BALANCE + profit.iloc[:-30].sum() + last.cumsum()
        peak = equity.cummax().clip(lower=shown["opening_balance"])
        assert shown["opening_balance"] == pytest.approx(BALANCE + profit.iloc[:-30].sum())
        assert shown["metrics"]["trades"] == 30
        assert shown["metrics"]["net_profit"] == pytest.approx(last.sum())
        assert shown["metrics"]["win_rate"] == pytest.approx((last > 0).mean())
        assert shown["metrics"]["max_drawdown"] == pytest.approx(((peak - equity) / peak).max())


@A6
def test_accounts_when_side_by_side_then_each_is_as_alone_and_nothing_is_added(
    runs: dict[str, BacktestRun], ask: Ask, folder: Path
) -> None:
    """The two trade counts and profits stand in the table; their sums don't."""
    until = ("--until", "2030-01-01")
    shown = ask("--all", *until)
    assert shown["accounts"] == [ask("--account", account, *until) for account in sorted(runs)]
    done = riskkit("report", "-c", "config.json", "--all", cwd=folder, env={"COLUMNS": "120"})
    words = done.stdout.split()
    counts = [len(run.trades) for run in runs.values()]
    profits = [float(run.trades["profit_abs"].sum()) for run in runs.values()]
    for value in (*map(str, counts), *(f"{profit:.2f}" for profit in profits)):
        assert value in words
    assert str(sum(counts)) not in words
    assert f"{sum(profits):.2f}" not in words
    assert "never added up" in done.stdout


@A5
def test_verify_when_a_record_gets_under_another_account_then_found(
    runs: dict[str, BacktestRun], ask: Ask, folder: Path
) -> None:
    """Offered, it is refused and nothing of the call is kept; forced in from outside, it is found."""
    stranger = runs["lively"].strategy.riskkit.trade_records()[:3]
    now = _moment(runs["calm"].stats["backtest_end"])
    before = ask("--account", "calm")["metrics"]["trades"]
    ledger = open_ledger("sqlite:///riskkit.sqlite", folder / "user_data", "calm", "calm", now)
    with pytest.raises(ForeignRecord, match="belongs to account 'lively', not to 'calm'"):
        ledger.put_trades(stranger, now)
    ledger.close()
    assert ask("--account", "calm")["metrics"]["trades"] == before
    assert ask("--verify") == {"clean": True, "findings": []}
    _run_sql(
        folder,
        "UPDATE riskkit_trades SET account_id = 'calm', trade_id = 9001 WHERE"
        " account_id = 'lively' AND trade_id = 1",
    )
    findings = ask("--verify", code=1)["findings"]
    _run_sql(folder, "UPDATE riskkit_trades SET account_id = 'lively', trade_id = 1 WHERE trade_id = 9001")
    assert [(line["kind"], line["account_id"], line["key"]) for line in findings] == [
        ("altered", "calm", "9001")
    ]
    assert ask("--verify") == {"clean": True, "findings": []}


@A4
def test_equity_when_freqtrade_has_the_wallet_of_the_same_moments_then_the_same_falls(
    runs: dict[str, BacktestRun], ask: Ask, folder: Path
) -> None:
    """What the wallet was worth at each hour of a random walk with a position in it, thinned by age."""
    run = runs["calm"]
    began = _moment(run.stats["backtest_start"])
    equities = _marked(run, began)
    peaks = pd.Series(equities).cummax()
    moments = [began + timedelta(hours=hour) for hour in range(len(equities))]
    samples = [
        EquitySample(at, equity, BALANCE, equity - BALANCE, float(peak), 0.0)
        for at, equity, peak in zip(moments, equities, peaks, strict=True)
    ]
    ledger = open_ledger("sqlite:///riskkit.sqlite", folder / "user_data", "calm", "calm", began)
    ledger.add_equity(samples)
    assert ledger.thin_equity(moments[-1] + timedelta(days=400)) > 0
    ledger.close()
    wallet = pd.DataFrame({"date": moments, "total_quote": equities})
    relative = calculate_max_drawdown_from_balance(wallet.copy(), relative=True)
    shown = ask("--account", "calm")["equity"]
    assert shown["max_drawdown"] == pytest.approx(relative.relative_account_drawdown, rel=1e-9)
    assert shown["current_drawdown"] == pytest.approx(relative.current_relative_account_drawdown, abs=1e-9)
    assert shown["peak"] == pytest.approx(max(equities))
    assert (shown["lowest"], shown["highest"]) == (min(equities), max(equities))


def _marked(run: BacktestRun, began: datetime) -> Sequence[float]:
    """Walk from each close's equity to the next in steps that overshoot it, as open positions do."""
    closes = BALANCE + run.trades["profit_abs"].cumsum().to_numpy()
    random = np.random.default_rng(7)
    return [float(value) for close in closes for value in close * (1 + random.normal(0, 0.02, 6))]


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written.replace(" ", "T") + "+00:00")


def _run_sql(folder: Path, statement: str) -> None:
    engine = create_engine(f"sqlite:///{folder / 'user_data' / 'riskkit.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
