"""What an open breaker does to a position that is there already, in real backtests.

Of row D9 the actions `cancel` and `flatten` and the ladder's `budget` aren't there yet.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.backtest.planned import FIRST, NO_FEE, SECOND, Planned, market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

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
