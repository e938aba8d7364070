"""The profile micro_cap at entry, through real backtests."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from tests.backtest.planned import FIRST, NO_FEE, PAIRS, Planned, market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]
pytestmark = pytest.mark.feature("F1", "backtest")

ADDS_ONCE = """
    position_adjustment_enable = True

    def adjust_trade_position(self, trade, current_time, **kwargs):
        return 20.0 if current_time.hour == 4 and trade.nr_of_successful_entries == 1 else None
"""
SMALL_ACCOUNT = {**NO_FEE, "dry_run_wallet": 400, "stake_amount": 50}


@pytest.mark.parametrize(
    ("section", "positions"),
    [
        ({}, 4),
        ({"micro_cap": {"max_positions": 2}}, 2),
        ({"micro_cap": {"max_positions": 6}, "entry": {"max_open_positions": 5}}, 5),
        ({"entry": {"max_open_positions": 3}}, 3),
    ],
    ids=["by default", "its own key", "entry limit is smaller", "entry limit below the default"],
)
def test_micro_cap_when_six_pairs_signal_then_the_smallest_limit_holds(
    backtest: Backtest, section: dict[str, Any], positions: int
) -> None:
    plan = [Planned("1 2:00", pair=pair) for pair in PAIRS[:6]]
    candles, script = market(plan, days=1)

    run = backtest(
        scripted_with_kit(),
        candles,
        script=script,
        riskkit={"profile": "micro_cap", **section},
        config=SMALL_ACCOUNT,
    )

    assert len(run.trades) == positions
    assert run.riskkit["denials"] == {"POSITION_LIMIT": 6 - positions}


@pytest.mark.parametrize(
    ("section", "stake", "denials"),
    [
        ({"profile": "micro_cap"}, 50, {"DCA_DISABLED": 1}),
        ({"profile": "micro_cap", "micro_cap": {"enable_dca": True}}, 70, {}),
        ({"profile": "none", "micro_cap": {"enable_dca": False}}, 70, {}),
    ],
    ids=["by default", "switched on", "another profile in force"],
)
def test_micro_cap_when_the_strategy_adds_to_a_position_then_its_key_decides(
    backtest: Backtest, section: dict[str, Any], stake: float, denials: dict[str, int]
) -> None:
    """50 at 02:00 and 20 more asked for at 04:00."""
    candles, script = market([Planned("1 2:00", pair=FIRST)], days=1)

    run = backtest(
        scripted_with_kit(body=ADDS_ONCE), candles, script=script, riskkit=section, config=SMALL_ACCOUNT
    )

    assert run.trades["max_stake_amount"].tolist() == pytest.approx([stake])
    assert run.riskkit["denials"] == denials


@pytest.mark.parametrize(
    ("allowed", "number", "denials"), [(False, 1, {"PAIR_ALREADY_OPEN": 1}), (True, 2, {})]
)
def test_micro_cap_when_a_pair_is_open_already_then_its_key_decides(
    backtest: Backtest, allowed: bool, number: int, denials: dict[str, int]
) -> None:
    """With Freqtrade's position stacking a second signal on the pair would enter."""
    candles, script = market([Planned("1 2:00", pair=FIRST), Planned("1 5:00", pair=FIRST)], days=1)

    run = backtest(
        scripted_with_kit(),
        candles,
        script=script,
        riskkit={"profile": "micro_cap", "micro_cap": {"allow_multiple_entries_same_pair": allowed}},
        config=SMALL_ACCOUNT,
        arguments=["--enable-position-stacking"],
    )

    assert len(run.trades) == number
    assert run.riskkit["denials"] == denials


@pytest.mark.parametrize(
    ("profile", "passed", "denials", "warnings"),
    [
        ("micro_cap", 3, {"CAPITAL_FRAGMENTED": 1}, {}),
        ("none", 4, {}, {"CAPITAL_FRAGMENTED": 1}),
    ],
)
def test_micro_cap_when_capital_sits_in_resting_orders_then_it_denies_where_others_warn(
    backtest: Backtest, profile: str, passed: int, denials: dict[str, int], warnings: dict[str, int]
) -> None:
    """Three unfilled orders of 50 hold 150 of 400, more than 0.30: that is before the fourth."""
    body = """
        order_types = {"entry": "limit", "exit": "market", "stoploss": "market",
                       "stoploss_on_exchange": False}

        def custom_entry_price(self, proposed_rate, **kwargs):
            return proposed_rate * 0.5
    """
    plan = [Planned("1 2:00", pair=pair) for pair in PAIRS[:4]]
    candles, script = market(plan, days=1)
    run = backtest(
        scripted_with_kit(body=body),
        candles,
        script=script,
        riskkit={"profile": profile, "order_tracking": {}},
        config={**SMALL_ACCOUNT, "unfilledtimeout": {"entry": 6000, "exit": 6000, "unit": "minutes"}},
    )

    assert run.riskkit["entries"]["passed"] == passed
    assert run.riskkit["denials"] == denials
    assert run.riskkit["warnings"] == warnings


@pytest.mark.parametrize(
    ("profile", "wallet", "warned"),
    [("micro_cap", 14.99, True), ("micro_cap", 15, False), ("none", 14.99, False)],
)
def test_micro_cap_when_the_account_is_below_15_dollars_then_warned_once_at_the_beginning(
    backtest: Backtest, caplog: pytest.LogCaptureFixture, profile: str, wallet: float, warned: bool
) -> None:
    candles, script = market([Planned("1 2:00", pair=FIRST)], days=1)

    with caplog.at_level(logging.WARNING, "freqtrade_riskkit"):
        backtest(
            scripted_with_kit(),
            candles,
            script=script,
            riskkit={"profile": profile},
            config={**NO_FEE, "dry_run_wallet": wallet, "stake_amount": 10},
        )

    said = [r.message for r in caplog.records if r.name == "freqtrade_riskkit" and "micro_cap" in r.message]
    warning = (
        "riskkit: profile micro_cap: a balance of 14.99 USDT is below 15; "
        "most exchanges take no order that small."
    )
    assert said == ([warning] if warned else [])
