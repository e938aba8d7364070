"""What was put in stays the same through every way of trading; sums in the head at a fee of 0.001."""

from __future__ import annotations

from typing import Any

import pytest
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.host.cash_watch import cash_figures
from tests.unit.host.freqtrade_cases import order, trade

PUT_IN = 10_000


def recalculated(*orders: Any, **changes: Any) -> LocalTrade:
    """Let Freqtrade make amount, stake and realised profit of the orders."""
    made = trade(*orders, **changes)
    made.recalc_trade_from_orders()
    return made


def put_in(wallet: float, *trades: LocalTrade, closed: float = 0.0, is_futures: bool = False) -> float:
    return cash_figures(wallet, trades, closed, is_futures=is_futures).put_in


def test_spot_wallet_when_positions_are_entered_added_to_and_exited_then_the_same_was_put_in() -> None:
    entered = recalculated(order("buy", 10, 100))
    assert put_in(PUT_IN - 1001, entered) == pytest.approx(PUT_IN)
    assert cash_figures(PUT_IN - 1001, [entered], 0, is_futures=False).equity == pytest.approx(PUT_IN)

    added = recalculated(order("buy", 10, 100), order("buy", 10, 80, hours=1))
    assert put_in(PUT_IN - 1001 - 800.8, added) == pytest.approx(PUT_IN)

    # Half is sold at 120: 1,200 less 1.2 come back; it had cost 900.9.
    halved = recalculated(
        order("buy", 10, 100), order("buy", 10, 80, hours=1), order("sell", 10, 120, hours=2)
    )
    assert halved.realized_profit == pytest.approx(1198.8 - 900.9)
    assert put_in(PUT_IN - 1001 - 800.8 + 1198.8, halved) == pytest.approx(PUT_IN)

    # All of it is gone: profit is all that remains.
    assert put_in(PUT_IN + 250, closed=250) == PUT_IN
    assert put_in(PUT_IN - 80, closed=-80) == PUT_IN


def test_spot_wallet_when_orders_are_open_then_only_what_filled_counts() -> None:
    """What an order holds is still in the wallet's total."""
    waiting = trade(order("buy", 10, 100, ft_is_open=True, status="open", filled=0.0, remaining=10.0))
    assert put_in(PUT_IN, waiting) == PUT_IN

    partly = trade(order("buy", 10, 100, ft_is_open=True, status="open", filled=4.0, remaining=6.0))
    assert put_in(PUT_IN - 400, partly) == PUT_IN

    leaving = recalculated(
        order("buy", 10, 100),
        order("sell", 10, 110, hours=1, ft_is_open=True, status="open", filled=3.0, remaining=7.0),
    )
    assert put_in(PUT_IN - 1001 + 330, leaving) == pytest.approx(PUT_IN)

    stopped = recalculated(
        order("buy", 10, 100),
        order("stoploss", 10, 90, hours=1, ft_is_open=True, status="open", filled=0.0, remaining=10.0),
    )
    assert put_in(PUT_IN - 1001, stopped) == pytest.approx(PUT_IN)


def test_futures_wallet_when_a_position_is_open_then_only_fees_and_funding_left_it() -> None:
    """10 at 100 with a leverage of 5: the margin of 200 stays in the wallet, 1 of fee is paid."""
    short = recalculated(order("sell", 10, 100), is_short=True, leverage=5.0, trading_mode="futures")
    assert put_in(PUT_IN - 1, short, is_futures=True) == pytest.approx(PUT_IN)

    short.funding_fee_running = -2.5
    assert put_in(PUT_IN - 1 - 2.5, short, is_futures=True) == pytest.approx(PUT_IN)
    short.orders[0].funding_fee = 0.5
    assert put_in(PUT_IN - 1 - 2.5 + 0.5, short, is_futures=True) == pytest.approx(PUT_IN)
    assert put_in(PUT_IN - 60, closed=-60, is_futures=True) == PUT_IN
