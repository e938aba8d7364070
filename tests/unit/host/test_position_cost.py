"""What a position has cost: several entries, and funding that a partial exit realised."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from freqtrade.persistence import LocalTrade, Order

from freqtrade_riskkit.host.position_cost import profit_line_of, unrealised_funding

Fill = tuple[str, float, float, float]
"""Side, amount, price, funding booked with the order."""


def position(
    *fills: Fill, is_short: bool = False, funding: float = 0.0, open_fill: bool = False
) -> LocalTrade:
    """Make a trade with filled orders; the last one may still be open."""
    trade = LocalTrade(
        id=1,
        pair="BTC/USDT:USDT",
        open_rate=fills[0][2],
        open_date=datetime(2024, 1, 1, tzinfo=UTC),
        stake_amount=sum(amount * price for side, amount, price, _ in fills[:1]) / 2,
        amount=fills[0][1],
        fee_open=0.001,
        fee_close=0.001,
        is_open=True,
        is_short=is_short,
        leverage=2.0,
        exchange="binance",
    )
    trade.funding_fees = funding
    for number, (side, amount, price, booked) in enumerate(fills):
        is_open = open_fill and number == len(fills) - 1
        trade.orders.append(
            Order(
                order_id=str(number),
                ft_order_side=side,
                ft_is_open=is_open,
                amount=amount,
                filled=0.0 if is_open else amount,
                price=price,
                average=price,
                funding_fee=booked,
            )
        )
    return trade


@pytest.mark.parametrize(("is_short", "sign"), [(False, 1), (True, -1)])
def test_cost_when_entered_twice_then_the_exact_stake_with_its_fee(is_short: bool, sign: int) -> None:
    """A stake of 500.005 at twice the leverage is 1,000.01, whatever the mean rate was rounded to."""
    side = "sell" if is_short else "buy"
    trade = position((side, 5.0, 100.0, 0.0), (side, 5.0, 100.002, 0.0), is_short=is_short)
    trade.stake_amount, trade.amount, trade.open_rate = 500.005, 10.0, 100.0
    trade.recalc_open_trade_value()

    _, base = profit_line_of(trade)
    assert base == pytest.approx(-sign * 1000.01 * (1 + sign * 0.001))


def test_cost_when_entered_once_off_the_grid_then_the_exact_stake_with_its_fee() -> None:
    """10 at 100.002 with twice the leverage, whatever the rate was rounded to."""
    trade = position(("buy", 10.0, 100.002, 0.0))
    trade.stake_amount, trade.open_rate = 500.01, 100.0
    trade.recalc_open_trade_value()

    assert trade.open_trade_value == pytest.approx(1001.0)
    assert profit_line_of(trade)[1] == pytest.approx(-1000.02 * 1.001)


@pytest.mark.parametrize(
    ("fills", "funding", "left"),
    [
        ([("buy", 10.0, 100.0, 0.0)], -3.0, -3.0),
        ([("buy", 10.0, 100.0, 0.0), ("buy", 5.0, 90.0, -2.0)], -3.0, -3.0),
        ([("buy", 10.0, 100.0, 0.0), ("sell", 5.0, 110.0, -2.0)], -3.0, -1.0),
        ([("buy", 10.0, 100.0, 0.0), ("buy", 5.0, 90.0, -1.0), ("sell", 5.0, 110.0, -2.0)], -3.5, -0.5),
        ([("buy", 10.0, 100.0, 0.0), ("sell", 5.0, 110.0, 0.0)], 0.0, 0.0),
    ],
    ids=["one entry", "two entries", "partly sold", "two entries, partly sold", "none"],
)
def test_funding_when_a_part_was_sold_then_what_that_realised_is_left_out(
    fills: list[Fill], funding: float, left: float
) -> None:
    assert unrealised_funding(position(*fills, funding=funding)) == pytest.approx(left)


def test_funding_when_an_exit_is_still_open_then_it_has_realised_nothing() -> None:
    trade = position(("buy", 10.0, 100.0, 0.0), ("sell", 5.0, 110.0, -2.0), funding=-3.0, open_fill=True)

    assert unrealised_funding(trade) == -3.0
