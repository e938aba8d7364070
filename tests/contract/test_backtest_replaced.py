"""Orders that a real backtest replaces: the gate knows them by Freqtrade's own call, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from freqtrade.optimize.backtesting import Backtesting

from freqtrade_riskkit.core.decisions import ALLOWED, Decision
from freqtrade_riskkit.core.entry.request import AccountView, EntryRequest
from freqtrade_riskkit.host import policies
from freqtrade_riskkit.host.registration import register
from tests.backtest.planned import FIRST, NO_FEE, Planned, market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Seen = list[tuple[str, str, int, bool]]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Give what the entry rules are asked: hour, kind, open positions, and whether the pair has one."""
    asked: Seen = []

    class Recorder:
        def check(self, request: EntryRequest, account: AccountView) -> Decision:
            hour = f"{request.now:%H:%M}"
            asked.append((hour, request.kind.value, account.open_positions, account.pair_is_open))
            return ALLOWED

    original = policies.entry_rules
    monkeypatch.setattr(policies, "entry_rules", lambda *args: (Recorder(), *original(*args)))
    return asked


CHASING = """
    position_adjustment_enable = True
    order_types = {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}

    def custom_entry_price(self, **kwargs):
        return 99.0

    def adjust_entry_price(self, current_order_rate, **kwargs):
        return current_order_rate + 0.5

    def adjust_trade_position(self, trade, current_time, **kwargs):
        return 50.0 if current_time.hour == 5 else None
"""
"""Each order stands at 99, then at 99.5, and fills at 100 two hours after it was placed."""


@pytest.mark.parametrize("stacking", [False, True], ids=["one a pair", "stacked"])
def test_orders_when_replaced_beside_new_ones_on_their_candle_then_each_is_asked_as_what_it_is(
    backtest: Callable[..., BacktestRun], seen: Seen, stacking: bool
) -> None:
    """Entered at 02:00, added to at 05:00; at 06:00 a second signal, which only stacking takes up."""
    candles, script = market([Planned("1 2:00"), Planned("1 6:00")], days=1)
    candles[FIRST].loc[0, ["high", "close"]] = 100.01  # two decimals, which Freqtrade takes for the tick size
    profile = {"allow_multiple_entries_same_pair": False, "enable_dca": True, "max_positions": 3}

    run = backtest(
        scripted_with_kit(body=CHASING),
        candles,
        script=script,
        riskkit={"mode": "observe", "profile": "micro_cap", "micro_cap": profile},
        config={
            **NO_FEE,
            "stake_amount": 100,
            "unfilledtimeout": {"entry": 6000, "exit": 6000, "unit": "minutes"},
        },
        arguments=["--enable-position-stacking"] if stacking else [],
    )

    first = [
        ("02:00", "initial", 0, False),
        ("03:00", "replaced", 0, False),
        ("04:00", "replaced", 0, False),
        ("05:00", "added", 1, True),
        ("06:00", "replaced_added", 0, False),
    ]
    second = [
        ("06:00", "initial", 1, True),
        ("07:00", "replaced_added", 1, True),
        ("07:00", "replaced", 1, True),
        ("08:00", "replaced", 1, True),
    ]
    assert seen == [*first, *(second if stacking else [("07:00", "replaced_added", 0, False)])]
    assert run.riskkit["entries"]["passed"] == (2 if stacking else 1)
    assert run.riskkit["denials"] == ({"PAIR_ALREADY_OPEN": 1} if stacking else {})


def test_order_when_its_replacement_fails_then_the_gate_is_told_of_none_any_more() -> None:
    register()
    gate = SimpleNamespace(replaced=None)
    backtesting: Any = SimpleNamespace(
        strategy=SimpleNamespace(_riskkit_session=SimpleNamespace(gate=gate)),
    )
    trade: Any = object()

    class Order:
        @property
        def order_date_utc(self) -> Any:
            assert gate.replaced is trade
            raise RuntimeError("no date")

    order: Any = Order()
    with pytest.raises(RuntimeError, match="no date"):
        Backtesting.check_order_replace(backtesting, trade, order, None, ())

    assert gate.replaced is None
