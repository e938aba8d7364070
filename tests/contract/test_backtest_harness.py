"""The harness of the backtest tests gives Freqtrade's own trades, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from freqtrade.mixins import LoggingMixin
from freqtrade.persistence import LocalTrade, PairLocks, Trade

from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.command import freqtrade
from tests.support.scripted import scripted
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(120)

RISING = [100.0, 100.0, 100.0, 105.0, 110.0, 110.0, 110.0, 110.0]
FALLING = [50.0, 50.0, 50.0, 50.0, 45.0, 40.0, 40.0, 30.0]
TWO_PAIRS = {"BTC/USDT": candles.from_opens(RISING), "ETH/USDT": candles.from_opens(FALLING)}
ONE_WIN_ONE_LOSS = {
    "BTC/USDT": {"enter": ["2024-01-01 02:00"], "exit": ["2024-01-01 04:00"]},
    "ETH/USDT": {"enter": {"2024-01-01 03:00": "dip"}, "exit": {"2024-01-01 05:00": "enough"}},
}

Backtest = Callable[..., BacktestRun]


def test_trades_when_scripted_then_they_fill_at_those_opens_less_fees(backtest: Backtest) -> None:
    """A stake of 1,000 at a fee of 0.001 a side, computed by hand.

    BTC: 10 units from 100 to 110: 100 gross, 1.00 + 1.10 fees, 97.90 on 1,001 paid in.
    ETH: 20 units from 50 to 40: -200 gross, 1.00 + 0.80 fees, -201.80 on 1,001 paid in.
    """
    run = backtest(scripted(), TWO_PAIRS, script=ONE_WIN_ONE_LOSS)

    trades = run.trades.set_index("pair")
    assert list(trades.index) == ["BTC/USDT", "ETH/USDT"]
    assert list(trades["open_date"]) == [_hour(2), _hour(3)]
    assert list(trades["close_date"]) == [_hour(4), _hour(5)]
    assert list(trades["open_rate"]) == [100, 50]
    assert list(trades["close_rate"]) == [110, 40]
    assert list(trades["amount"]) == pytest.approx([10, 20])
    assert list(trades["profit_abs"]) == pytest.approx([97.9, -201.8])
    assert list(trades["profit_ratio"]) == pytest.approx([97.9 / 1001, -201.8 / 1001])
    assert list(trades["exit_reason"]) == ["exit_signal", "enough"]
    assert trades["enter_tag"]["ETH/USDT"] == "dip"
    assert run.stats["final_balance"] == pytest.approx(10000 + 97.9 - 201.8)


def test_trade_when_never_exited_then_closed_by_force_at_the_last_open(backtest: Backtest) -> None:
    """10 units from 100 to 110, as in the first test, but at the end of the candles."""
    script = {"BTC/USDT": {"enter": ["2024-01-01 01:00"]}}

    run = backtest(scripted(), {"BTC/USDT": TWO_PAIRS["BTC/USDT"]}, script=script)

    (trade,) = run.trades.itertuples()
    assert trade.exit_reason == "force_exit"
    assert trade.close_date == _hour(7)
    assert trade.profit_abs == pytest.approx(97.9)


@pytest.mark.parametrize("time", ["2024-01-01 00:00", "2024-01-01 02:30", "2024-01-01 08:00"])
def test_script_when_a_time_can_not_fill_then_refused(backtest: Backtest, time: str) -> None:
    """The first candle never fills, and times between or beyond candles have none."""
    with pytest.raises(RuntimeError, match="has no candle"):
        backtest(scripted(), TWO_PAIRS, script={"BTC/USDT": {"enter": [time]}})


def test_confidence_when_scripted_then_on_the_signal_candle_only(backtest: Backtest) -> None:
    """The column stands on the candle before the fill, and only where the script has it."""
    script = {"BTC/USDT": {"enter": ["2024-01-01 02:00"], "confidence": {"2024-01-01 02:00": 0.97}}}

    run = backtest(scripted(), TWO_PAIRS, script=script)

    analysed, _ = run.strategy.dp.get_analyzed_dataframe("BTC/USDT", "1h")
    with_confidence = analysed.dropna(subset="confidence")
    assert list(with_confidence["date"]) == [_hour(1)]
    assert list(with_confidence["confidence"]) == [0.97]
    without, _ = run.strategy.dp.get_analyzed_dataframe("ETH/USDT", "1h")
    assert "confidence" not in without


@pytest.mark.parametrize(("enable_protections", "locked"), [(True, ["BTC/USDT"]), (False, [])])
def test_protections_when_the_flag_is_given_then_they_lock(
    backtest: Backtest, enable_protections: bool, locked: list[str]
) -> None:
    """Freqtrade's CooldownPeriod locks the pair at its close; without the flag nothing does."""
    source = scripted(body='protections = [{"method": "CooldownPeriod", "stop_duration": 60}]')
    script = {"BTC/USDT": ONE_WIN_ONE_LOSS["BTC/USDT"]}

    run = backtest(source, TWO_PAIRS, script=script, enable_protections=enable_protections)

    assert [lock.pair for lock in run.locks] == locked


def test_config_when_overridden_then_it_reaches_the_run(backtest: Backtest) -> None:
    """Half the stake and no fee: 5 units from 100 to 110 earn 50."""
    script = {"BTC/USDT": ONE_WIN_ONE_LOSS["BTC/USDT"]}

    run = backtest(scripted(), TWO_PAIRS, script=script, config={"stake_amount": 500, "fee": 0.0})

    assert list(run.trades["profit_abs"]) == pytest.approx([50])


def test_strategies_when_listed_then_each_has_its_run(
    backtests: Callable[..., dict[str, BacktestRun]],
) -> None:
    """Two strategies of one file in one run."""
    source = scripted("Buyer") + "\nclass Idle(Buyer):\n    def populate_entry_trend(self, df, metadata):\n"
    source += "        return df\n"

    runs = backtests(source, TWO_PAIRS, script=ONE_WIN_ONE_LOSS, strategies=["Buyer", "Idle"])

    assert {name: len(run.trades) for name, run in runs.items()} == {"Buyer": 2, "Idle": 0}


def test_state_when_a_run_has_ended_then_freqtrade_is_as_before(backtest: Backtest) -> None:
    """Class-level switches and lists of Freqtrade are as a fresh process has them."""
    first = backtest(scripted(), TWO_PAIRS, script=ONE_WIN_ONE_LOSS)
    state = (Trade.use_db, PairLocks.use_db, LoggingMixin.show_output, LocalTrade.bt_trades, PairLocks.locks)
    second = backtest(scripted(), TWO_PAIRS, script=ONE_WIN_ONE_LOSS)

    assert state == (True, True, True, [], [])
    pd.testing.assert_frame_equal(first.trades.drop(columns="orders"), second.trades.drop(columns="orders"))


def test_command_line_when_run_then_its_result_file_appears(workspace: Workspace) -> None:
    """`freqtrade backtesting` in its own process, on the same workspace."""
    workspace.write_strategies(scripted())
    workspace.write_candles(TWO_PAIRS, timeframe="1h")
    config = workspace.write_config(
        pairs=list(TWO_PAIRS), timeframe="1h", overrides={"script": ONE_WIN_ONE_LOSS}
    )

    done = freqtrade(
        *("backtesting", "--config", config, "--userdir", workspace.user_data, "--strategy", "Scripted"),
        cwd=workspace.root,
    )

    assert done.returncode == 0, done.stderr
    assert "exit_signal" in done.stdout
    assert list(workspace.results.glob("backtest-result-*.zip"))


def _hour(hour: int) -> pd.Timestamp:
    return pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(hours=hour)
