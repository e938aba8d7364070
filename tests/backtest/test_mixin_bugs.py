"""What a bug does: in a check it denies, on the way of an exit it costs nothing, in the strategy's own
callbacks it does what it does without the kit."""

from __future__ import annotations

import logging
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from freqtrade_riskkit.core.breaker.order_rate import OrderWindows
from freqtrade_riskkit.core.entry.positions import PositionLimit
from freqtrade_riskkit.host import backtest_hooks, gates
from freqtrade_riskkit.host.backtest_books import BacktestBooks
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.confidence import SignalConfidence
from freqtrade_riskkit.host.exits import BracketDesk
from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted, scripted_with_kit

pytestmark = pytest.mark.timeout(120)

PAIR, OTHER = "BTC/USDT", "ETH/USDT"
STILL = {PAIR: candles.flat(100.0, 12), OTHER: candles.flat(50.0, 12)}
ENTRIES = {
    PAIR: {"enter": ["2024-01-01 02:00", "2024-01-01 06:00"], "exit": ["2024-01-01 04:00"]},
    OTHER: {"enter": ["2024-01-01 04:00"]},
}
LIMIT = {"entry": {"max_open_positions": 2}}

Backtest = Callable[..., BacktestRun]


class Bug(Exception):
    """Nothing that anybody expects."""


def raises(*_: Any, **__: Any) -> Any:
    raise Bug("on purpose")


def test_rule_when_it_raises_then_entries_are_denied_and_the_traceback_logged(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Freqtrade alone would take the error for a yes."""
    monkeypatch.setattr(PositionLimit, "check", raises)

    run = backtest(scripted_with_kit(), STILL, script=ENTRIES, riskkit=LIMIT)

    assert run.trades.empty
    assert run.riskkit["denials"] == {"CHECK_FAILED": 3}
    assert "Bug: on purpose" in "".join(_tracebacks(caplog, "freqtrade_riskkit.session"))


def test_order_when_it_can_not_be_counted_then_its_entry_is_denied(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(OrderWindows, "add_far", raises)

    run = backtest(scripted_with_kit(), STILL, script=ENTRIES, riskkit={**LIMIT, "circuit_breaker": {}})

    assert run.trades.empty
    assert run.riskkit["denials"] == {"CHECK_FAILED": 3}
    assert "Bug: on purpose" in "".join(_tracebacks(caplog, "freqtrade_riskkit.session"))


def test_order_when_not_countable_after_the_strategy_confirmed_then_no_other_passes_before_the_next_loop(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its entry is placed already; an order rate that misses orders must not let further ones through."""
    monkeypatch.setattr(OrderWindows, "add", raises)
    confirming = scripted_with_kit(
        body="""
        def confirm_trade_entry(self, pair, current_time, **kwargs):
            return True
        """
    )
    script = {
        PAIR: {"enter": ["2024-01-01 02:00"]},
        OTHER: {"enter": ["2024-01-01 02:00", "2024-01-01 06:00"]},
    }

    run = backtest(confirming, STILL, script=script, riskkit={**LIMIT, "circuit_breaker": {}})

    assert list(run.trades["open_date"].dt.hour) == [2, 6]
    assert set(run.trades["pair"]) == {PAIR, OTHER}
    assert run.riskkit["denials"] == {"CHECK_FAILED": 1}
    assert "could not be counted" in caplog.text


def test_gate_when_it_raises_itself_then_entries_are_denied_and_the_traceback_logged(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Even what stands before the session, as where Freqtrade would rename an argument."""
    monkeypatch.setattr(gates, "Asked", raises)

    run = backtest(scripted_with_kit(), STILL, script=ENTRIES, riskkit=LIMIT)

    assert run.trades.empty
    assert "CHECK_FAILED: the gate before confirm_trade_entry failed" in caplog.text
    assert "Bug: on purpose" in "".join(_tracebacks(caplog, "freqtrade_riskkit.gates"))


@pytest.mark.parametrize("mode", ["observe", "off"])
def test_rule_when_it_raises_but_does_not_count_then_entries_pass(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """A kit that only observes, or is off, changes nothing, whatever is wrong with it."""
    monkeypatch.setattr(PositionLimit, "check", raises)

    run = backtest(scripted_with_kit(), STILL, script=ENTRIES, riskkit={**LIMIT, "mode": mode})

    assert len(run.trades) == 3


def test_confidence_when_it_can_not_be_read_then_entries_are_denied(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unreadable confidence counts as none on the signal."""
    monkeypatch.setattr(SignalConfidence, "learn", raises)
    limits = {"entry": {"max_open_positions": 1, "max_open_positions_high_confidence": 2}}

    run = backtest(scripted_with_kit(), STILL, script=ENTRIES, riskkit=limits)

    assert run.trades.empty
    assert run.riskkit["denials"] == {"CONFIDENCE_TOO_LOW": 3}


def test_loop_when_it_raises_then_entries_are_denied_until_it_works_again(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The books fail from 02:00 to 05:00: the entries of 02:00 and 04:00 are denied, that of 06:00 passes."""
    pass_time = AccountBooks.pass_time

    def failing(self: AccountBooks, now: Any) -> Any:
        return raises() if 2 <= now.hour <= 5 else pass_time(self, now)

    monkeypatch.setattr(AccountBooks, "pass_time", failing)

    run = backtest(scripted_with_kit(), STILL, script=ENTRIES, riskkit=LIMIT)

    assert [(date.hour, pair) for date, pair in _opened(run)] == [(6, PAIR)]
    assert run.riskkit["denials"] == {"CHECK_FAILED": 2}
    assert len(_tracebacks(caplog, "freqtrade_riskkit.session")) == 1


def test_books_when_a_close_can_not_be_taken_in_then_the_exit_stands_and_entries_are_denied(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The books break over the first closed trade, in the loop as in the protection that sees the close."""
    take = BacktestBooks.take_new_trades

    def breaking(self: BacktestBooks) -> Any:
        return take(self) if self.feed.taken == len(self.feed.closed) else raises()

    monkeypatch.setattr(BacktestBooks, "take_new_trades", breaking)
    script = {PAIR: ENTRIES[PAIR]}

    run = backtest(scripted_with_kit(), STILL, script=script, riskkit={**LIMIT, "circuit_breaker": {}})

    assert list(run.trades["exit_reason"]) == ["exit_signal"]
    assert len(run.trades) == 1


def test_result_when_the_kits_part_can_not_be_made_then_freqtrades_own_stands(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A long backtest must not be lost over the kit's table."""
    monkeypatch.setattr(backtest_hooks, "result_of", raises)

    run = backtest(scripted_with_kit(), STILL, script=ENTRIES, riskkit=LIMIT)

    assert len(run.trades) == 3
    assert "riskkit" not in run.stats
    assert "Bug: on purpose" in "".join(_tracebacks(caplog, "freqtrade_riskkit.results"))


@pytest.mark.parametrize("part", ["prepare", "exits"])
def test_exit_plan_when_it_raises_then_the_trade_still_stops(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    """A fall by a fifth meets Freqtrade's own stop at a tenth, whatever the kit's bracket does."""
    monkeypatch.setattr(BracketDesk, part, raises)
    opens = [100.0, 100.0, 100.0, 100.0, 80.0, 80.0, 80.0, 80.0]

    run = backtest(
        scripted_with_kit(body="stoploss = -0.1"),
        {PAIR: candles.from_opens(opens)},
        script={PAIR: {"enter": ["2024-01-01 02:00"]}},
        riskkit={"exits": {"bracket": {"stop": 0.15, "reward_to_risk": 2.0}}},
    )

    (trade,) = run.trades.itertuples()
    assert trade.exit_reason == "stop_loss"
    assert trade.close_rate == pytest.approx(90.0)
    assert "Bug: on purpose" in "".join(_tracebacks(caplog, "freqtrade_riskkit.exits"))


RAISING = {
    "confirm_trade_entry": "def confirm_trade_entry(self, *args, **kwargs): raise KeyError('mine')",
    "custom_stake_amount": "def custom_stake_amount(self, *args, **kwargs): raise ValueError('mine')",
    "adjust_trade_position": """
        position_adjustment_enable = True
        def adjust_trade_position(self, *args, **kwargs): raise KeyError('mine')""",
    "bot_loop_start": "def bot_loop_start(self, *args, **kwargs): raise KeyError('mine')",
    "custom_exit": "def custom_exit(self, *args, **kwargs): raise KeyError('mine')",
}


def test_own_callback_when_it_raises_then_the_trades_are_those_without_the_kit(
    backtests: Callable[..., dict[str, BacktestRun]],
) -> None:
    """Freqtrade's answer to a failing callback is its own; the kit adds none."""
    source = scripted("Plain", imports="from freqtrade_riskkit import RiskKitMixin\n")
    for name, body in RAISING.items():
        source += f"\n\nclass Plain_{name}(Plain):\n" + textwrap.indent(textwrap.dedent(body), "    ") + "\n"
        source += f"\nclass Kit_{name}(RiskKitMixin, Plain_{name}):\n    pass\n"
    names = [f"{kind}_{name}" for name in RAISING for kind in ("Plain", "Kit")]

    runs = backtests(source, STILL, script=ENTRIES, riskkit=LIMIT, strategies=names)

    for name in RAISING:
        kit, plain = runs[f"Kit_{name}"], runs[f"Plain_{name}"]
        pd.testing.assert_frame_equal(kit.trades, plain.trades)
        assert len(kit.trades) == 3, name
        assert kit.riskkit["entries"]["passed"] == 3, name
        assert kit.riskkit["denials"] == {}, name


def _tracebacks(caplog: pytest.LogCaptureFixture, logger: str) -> list[str]:
    formatter = logging.Formatter()
    return [
        formatter.formatException(record.exc_info)
        for record in caplog.records
        if record.name == logger and record.exc_info
    ]


def _opened(run: BacktestRun) -> Iterator[tuple[pd.Timestamp, str]]:
    return zip(run.trades["open_date"], run.trades["pair"], strict=True)
