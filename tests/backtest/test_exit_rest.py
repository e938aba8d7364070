"""Exit checks that rest while no plan can be reached: the trades are those of a kit that always looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from freqtrade_riskkit.host.backtest_books import BacktestBooks
from freqtrade_riskkit.host.exit_rest import SHOULD_EXIT, ExitRest
from freqtrade_riskkit.mixin import RiskKitMixin
from tests.support import candles
from tests.support.backtest import BacktestRun, run_backtest
from tests.support.scripted import scripted_with_kit
from tests.support.workspace import Workspace

Backtest = Callable[..., BacktestRun]

BRACKET = {"exits": {"bracket": {"stop": 0.01, "reward_to_risk": 7.0}}}
FLATTENS = {"circuit_breaker": {"preset": "timed", "drawdown": {"limit": 0.01, "action": "flatten"}}}
STRATEGIES: dict[str, tuple[str, dict[str, Any]]] = {
    "signals alone": ("", BRACKET),
    "a trailing stop": (
        "trailing_stop = True\ntrailing_stop_positive = 0.01\ntrailing_stop_positive_offset = 0.02\n"
        "trailing_only_offset_is_reached = True",
        BRACKET,
    ),
    "a stop of its own": (
        "use_custom_stoploss = True\n"
        "def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, **kwargs):\n"
        "    return -0.02 if current_time.hour % 6 == 3 else None",
        BRACKET,
    ),
    "a return on investment": ("minimal_roi = {'0': 0.05, '300': 0.02}", BRACKET),
    "an exit of its own": (
        "def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):\n"
        "    return 'bored' if current_time.hour == 4 else None",
        BRACKET,
    ),
    "trips that sell": ("", {**BRACKET, **FLATTENS}),
}


def market(days: int) -> tuple[dict[str, pd.DataFrame], dict[str, dict[str, Any]]]:
    """Two pairs, each entered every 60 hours and held for 50, unless a plan ends it before."""
    frames = {
        pair: candles.walk(24 * days, seed=30 + number, volatility=0.003)
        for number, pair in enumerate(candles.SYNTHETIC_PAIRS[:2])
    }
    script = {}
    for number, (pair, frame) in enumerate(frames.items()):
        entries = range(5 + 25 * number, len(frame) - 60, 60)
        script[pair] = {
            kind: [f"{frame['date'][at + later]:%Y-%m-%d %H:%M}" for at in entries]
            for kind, later in (("enter", 0), ("exit", 50))
        }
    return frames, script


def resting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the kit's exit checks, and the rests."""
    counts = [0, 0]
    should_exit, begin = RiskKitMixin.should_exit, ExitRest.begin

    def looked(self: Any, *args: Any, **kwargs: Any) -> Any:
        counts[0] += 1
        return should_exit(self, *args, **kwargs)

    def begun(self: ExitRest) -> None:
        begin(self)
        counts[1] += self.until is not None

    monkeypatch.setattr(RiskKitMixin, "should_exit", looked)
    monkeypatch.setattr(ExitRest, "begin", begun)
    return counts


def trades_of(run: BacktestRun) -> pd.DataFrame:
    return run.trades.drop(columns="orders")


@pytest.mark.parametrize("name", STRATEGIES)
def test_trades_when_exit_checks_rest_then_they_are_those_of_checks_at_each_candle(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    body, section = STRATEGIES[name]
    frames, script = market(days=200)
    counts = resting(monkeypatch)

    rested = backtest(scripted_with_kit(body=body), frames, script=script, riskkit=section)
    looks, rests = counts
    monkeypatch.setattr(ExitRest, "begin", lambda self: None)
    looked = backtest(scripted_with_kit(body=body), frames, script=script, riskkit=section)

    assert trades_of(rested).equals(trades_of(looked))
    assert rested.riskkit == looked.riskkit
    assert rests > 50
    assert looks < counts[0] - looks, "fewer looks than without a rest"
    assert {"riskkit_stop_loss"} <= set(rested.trades["exit_reason"])


def test_strategy_when_the_backtest_is_over_then_has_its_own_exit_check_again(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames, script = market(days=40)
    counts = resting(monkeypatch)

    run = backtest(scripted_with_kit(), frames, script=script, riskkit=BRACKET)

    assert counts[1] > 10
    assert SHOULD_EXIT not in vars(run.strategy)


@pytest.mark.parametrize("where", ["class", "instance"])
def test_exit_check_when_the_strategy_has_its_own_then_it_is_asked_at_each_candle(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Set on the class or, by the strategy itself, on the instance."""
    check = """
        def should_exit(self, trade, *args, **kwargs):
            self.__dict__.setdefault("asked", []).append(trade.id)
            return super().should_exit(trade, *args, **kwargs)
    """
    of_instance = """
        def bot_start(self, **kwargs):
            behind = type(self).should_exit
            def asked(trade, *args, **kwargs):
                self.__dict__.setdefault("asked", []).append(trade.id)
                return behind(self, trade, *args, **kwargs)
            self.should_exit = asked
    """
    frames, script = market(days=40)
    counts = resting(monkeypatch)

    body = check if where == "class" else of_instance
    run = backtest(scripted_with_kit(body=body), frames, script=script, riskkit=BRACKET)

    held = (run.trades["close_date"] - run.trades["open_date"]) / pd.Timedelta(hours=1)
    assert counts[1] == 0
    assert len(run.strategy.asked) >= held.sum()


def test_exit_check_when_set_by_the_strategy_during_a_rest_then_it_stays(backtest: Backtest) -> None:
    body = """
        def bot_loop_start(self, current_time, **kwargs):
            if self.riskkit.exits.rest.until is not None and "asked" not in self.__dict__:
                self.asked, behind = [], type(self).should_exit
                def asks(trade, *args, **kwargs):
                    self.asked.append(trade.id)
                    return behind(self, trade, *args, **kwargs)
                self.should_exit = asks
    """
    frames, script = market(days=40)

    run = backtest(scripted_with_kit(body=body), frames, script=script, riskkit=BRACKET)

    assert len(set(run.strategy.asked)) > 10
    assert SHOULD_EXIT in vars(run.strategy)


def test_rest_when_only_proposed_then_the_check_stays_until_the_loop_takes_it_up() -> None:
    """A close that is booked late marks the positions in mid-candle, when an entry may be under way."""
    behind, now = object(), datetime(2024, 1, 1, tzinfo=UTC)
    strategy: Any = SimpleNamespace(riskkit=SimpleNamespace(exits_behind=behind))
    rest = ExitRest(strategy, {})

    rest.propose(now, timedelta(hours=1), [], {}, (5, 8))
    assert (rest.proposed, rest.until) == (now + timedelta(hours=3), None)
    assert SHOULD_EXIT not in vars(strategy)

    rest.begin()
    assert (rest.proposed, rest.until) == (None, now + timedelta(hours=3))
    assert vars(strategy)[SHOULD_EXIT] is behind
    rest.end()
    assert SHOULD_EXIT not in vars(strategy)


def test_exit_checks_when_the_loop_fails_then_do_not_rest(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two loops that fail in the midst of each rest: a trip's sale could go unseen in them."""
    loop = BacktestBooks.loop

    def fails_at_times(self: BacktestBooks, now: datetime) -> bool:
        if now.hour % 8 < 2:
            raise RuntimeError("at times")
        return loop(self, now)

    monkeypatch.setattr(BacktestBooks, "loop", fails_at_times)
    body = """
        def bot_loop_start(self, current_time, **kwargs):
            seen = self.__dict__.setdefault("seen", [])
            seen.append((self.riskkit.failure is not None, self.riskkit.exits.rest.until is not None))
    """
    frames, script = market(days=40)

    run = backtest(scripted_with_kit(body=body), frames, script=script, riskkit=BRACKET)

    assert run.strategy.seen.count((False, True)) > 50
    assert run.strategy.seen.count((True, False)) > 200
    assert (True, True) not in run.strategy.seen


def test_exit_checks_when_the_timeframe_has_detail_then_do_not_rest(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Freqtrade asks at each candle of the detail: its high and low are others."""
    frames, script = market(days=20)
    detail = {pair: candles.walk(12 * 24 * 20, seed=1, timeframe="5m") for pair in frames}
    workspace.data.mkdir(parents=True, exist_ok=True)
    candles.write(workspace.data, detail, timeframe="5m")
    counts = resting(monkeypatch)

    run = run_backtest(
        scripted_with_kit(),
        frames,
        script=script,
        riskkit=BRACKET,
        workspace=workspace,
        arguments=["--timeframe-detail", "5m"],
    )

    assert len(run.trades) > 5
    assert counts[1] == 0
