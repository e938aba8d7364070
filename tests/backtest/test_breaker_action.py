"""What an open breaker does to a position that is there already, in real backtests.

The actions `cancel` and `flatten` are in test_breaker_cancel.py and test_breaker_flatten.py.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.backtest.planned import FIRST, NO_FEE, SECOND, Planned, market
from tests.support.backtest import BacktestRun
from tests.support.candles import from_opens
from tests.support.scripted import scripted_with_kit

pytestmark = pytest.mark.feature("D9", "backtest")

Backtest = Callable[..., BacktestRun]

# The first pair loses at 04:00 and trips a streak of one until 10:00. At 06:00 the second, held since
# 02:00, is to be added to, at 08:00 a part of it is sold, at 09:00 the rest.
PLAN = [Planned("1 2:00", "1 4:00", -10, FIRST), Planned("1 2:00", "1 9:00", 0, SECOND)]
ADDS_THEN_SELLS = """
    position_adjustment_enable = True

    def adjust_trade_position(self, trade, current_time, **kwargs):
        if trade.pair == "SYN02/USDT" and current_time.hour == 6:
            return 500.0, "more"
        if trade.pair == "SYN02/USDT" and current_time.hour == 8:
            return -500.0
        return None
"""


@pytest.mark.parametrize(
    ("added_entries", "stake", "denials"),
    [("block", 1000, {"CONSECUTIVE_LOSSES_EXCEEDED": 1}), ("allow", 1500, {})],
)
def test_open_breaker_when_a_position_is_changed_then_only_additions_are_its_business(
    backtest: Backtest, added_entries: str, stake: float, denials: dict[str, int]
) -> None:
    """What is taken off a position, in part or whole, passes in either case."""
    candles, script = market(PLAN, days=1)
    section = {
        "circuit_breaker": {
            "daily_loss": None,
            "drawdown": None,
            "loss_streak": {"limit": 1, "stop_duration": 360},
            "added_entries": added_entries,
        }
    }

    run = backtest(
        scripted_with_kit(body=ADDS_THEN_SELLS), candles, script=script, riskkit=section, config=NO_FEE
    )

    trade = run.trades.set_index("pair").loc[SECOND]
    assert trade["max_stake_amount"] == pytest.approx(stake)
    exits = [order["amount"] for order in trade["orders"] if not order["ft_is_entry"]]
    assert exits == pytest.approx([5.0, stake / 100 - 5.0])
    assert (trade["exit_reason"], trade["close_date"].hour) == ("exit_signal", 9)
    assert run.riskkit["denials"] == denials


CLIMBS = """
    position_adjustment_enable = True
    max_entry_position_adjustment = {steps}

    def adjust_trade_position(self, trade, current_time, **kwargs):
        wanted = {{5: 1500.0, 6: 600.0, 7: 500.0, 8: -500.0}}
        return wanted.get(current_time.hour) if trade.pair == "SYN02/USDT" else None
"""


@pytest.mark.parametrize(
    ("steps", "stake", "denied"), [(2, 3000, 1), (1, 1600, 2), (-1, 1000, 3)], ids=["two", "one", "no end"]
)
def test_open_breaker_when_only_the_ladder_passes_then_up_to_what_it_reserved_at_entry(
    backtest: Backtest, steps: int, stake: float, denied: int
) -> None:
    """Entered with 1,000. Two steps reserve 2,000: of 1,500, 600 and 500 the second doesn't fit, the last
    does to the cent. One step lets 600 pass. A ladder without an end reserves nothing. What is sold at
    08:00 always passes.
    """
    candles, script = market(PLAN, days=1)
    section = {
        "circuit_breaker": {
            "loss_streak": {"limit": 1, "stop_duration": 360},
            "added_entries": "budget",
        }
    }

    run = backtest(
        scripted_with_kit(body=CLIMBS.format(steps=steps)),
        candles,
        script=script,
        riskkit=section,
        config=NO_FEE,
    )

    trade = run.trades.set_index("pair").loc[SECOND]
    assert trade["max_stake_amount"] == pytest.approx(stake)
    sold = [order["amount"] for order in trade["orders"] if not order["ft_is_entry"]]
    assert sold[0] == pytest.approx(5.0)
    assert run.riskkit["denials"] == {"CONSECUTIVE_LOSSES_EXCEEDED": denied}


EQUAL_STEPS = """
    position_adjustment_enable = True
    max_entry_position_adjustment = 2

    def adjust_trade_position(self, trade, current_time, **kwargs):
        steps = trade.pair == "SYN02/USDT" and current_time.hour in (5, 6, 7)
        return 800.0 if steps else None
"""


def test_ladder_of_equal_steps_when_lots_round_each_stake_down_then_its_last_step_fits_and_no_more(
    backtest: Backtest,
) -> None:
    """800 buy fewer whole lots at 100 than at 99.93: the second step takes more than twice what filled first.

    A third is asked for at 07:00, and denied.
    """
    candles, script = market(PLAN, days=1)
    prices = [100.07] * 5 + [99.93] * 19
    candles[SECOND] = from_opens(prices)
    section = {
        "circuit_breaker": {"loss_streak": {"limit": 1, "stop_duration": 360}, "added_entries": "budget"}
    }

    run = backtest(
        scripted_with_kit(body=EQUAL_STEPS),
        candles,
        script=script,
        riskkit=section,
        config={**NO_FEE, "stake_amount": 800},
    )

    orders = run.trades.set_index("pair").loc[SECOND, "orders"]
    assert sum(order["ft_is_entry"] for order in orders) == 3
    assert run.riskkit["denials"] == {"CONSECUTIVE_LOSSES_EXCEEDED": 1}


MOVED_UP = """
    position_adjustment_enable = True
    max_entry_position_adjustment = 1
    order_types = {{"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}}

    def adjust_trade_position(self, trade, current_time, **kwargs):
        return {added} if trade.pair == "SYN02/USDT" and current_time.hour == 3 else None

    def custom_entry_price(self, trade, proposed_rate, **kwargs):
        return proposed_rate if trade is None else 99.0

    def adjust_entry_price(self, current_order_rate, **kwargs):
        return current_order_rate + 0.25
"""


@pytest.mark.parametrize("stacking", [False, True], ids=["one a pair", "stacked"])
@pytest.mark.parametrize(
    ("added_entries", "added", "stake"),
    [
        ("allow", 500, 1500),
        ("block", 500, 1000),
        ("budget", 500, 1500),
        ("budget", 1500, 1000),
    ],
)
def test_open_breaker_when_the_order_of_an_added_entry_is_replaced_then_as_the_entry_itself(
    backtest: Backtest, added_entries: str, added: float, stake: float, stacking: bool
) -> None:
    """Asked for at 03:00 at 99, before the trip of 04:00, and moved up each hour until it fills at 100.

    One step reserves 1,000.
    """
    candles, script = market(PLAN, days=1)
    candles[SECOND].loc[0, ["close", "high"]] = 100.01  # two decimals, Freqtrade's tick size
    section = {
        "circuit_breaker": {
            "loss_streak": {"limit": 1, "stop_duration": 360},
            "added_entries": added_entries,
        }
    }

    run = backtest(
        scripted_with_kit(body=MOVED_UP.format(added=added)),
        candles,
        script=script,
        riskkit=section,
        config={**NO_FEE, "unfilledtimeout": {"entry": 6000, "exit": 6000, "unit": "minutes"}},
        arguments=["--enable-position-stacking"] if stacking else [],
    )

    trade = run.trades.set_index("pair").loc[SECOND]
    assert trade["max_stake_amount"] == pytest.approx(stake, rel=1e-3)
    denied = {} if stake > 1000 else {"CONSECUTIVE_LOSSES_EXCEEDED": 1}
    assert run.riskkit["denials"] == denied


def test_open_breaker_when_a_stop_or_target_is_reached_then_it_fills_as_ever(backtest: Backtest) -> None:
    """The strategy's stop at 2 % and the bracket's target of 10 %, both while every entry is denied."""
    plan = [
        Planned("1 2:00", "1 4:00", -10, FIRST),
        Planned("1 2:00", "1 6:00", -300, SECOND),
        Planned("1 3:00", "1 7:00", 300, "SYN03/USDT"),
    ]
    candles, script = market(plan, days=1)
    for pair in (SECOND, "SYN03/USDT"):
        del script[pair]["exit"]
    section = {
        "circuit_breaker": {"loss_streak": {"limit": 1, "stop_duration": 600}},
        "exits": {"bracket": {"stop": 0.05}},
    }

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    ended = dict(zip(run.trades["pair"], run.trades["exit_reason"], strict=True))
    assert ended == {
        FIRST: "exit_signal",
        SECOND: "riskkit_stop_loss",
        "SYN03/USDT": "riskkit_take_profit",
    }
