"""The kit's mark of a position beside what Freqtrade's own trade says."""

from __future__ import annotations

from datetime import UTC, datetime

from freqtrade.enums import TradingMode
from freqtrade.persistence import LocalTrade
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskkit.core.marks import unrealised_profit

ROUNDED_BY = 5.1e-9
"""Freqtrade rounds a profit to eight decimals."""


@settings(max_examples=300, deadline=None)
@given(
    rate=st.floats(1e-5, 1e5),
    open_rate=st.floats(1e-5, 1e5),
    amount=st.floats(1e-4, 1e5),
    fee_open=st.floats(0.0, 0.01),
    fee_close=st.floats(0.0, 0.01),
    leverage=st.floats(1.0, 20.0),
    is_short=st.booleans(),
    funding_fees=st.floats(-1e3, 1e3),
    mode=st.sampled_from([TradingMode.SPOT, TradingMode.FUTURES]),
)
def test_mark_when_held_beside_freqtrade_then_equal_to_what_doubles_can_tell(
    rate: float,
    open_rate: float,
    amount: float,
    fee_open: float,
    fee_close: float,
    leverage: float,
    is_short: bool,
    funding_fees: float,
    mode: TradingMode,
) -> None:
    """Both sides of the subtraction are good to fifteen digits, and so is their difference in money."""
    is_futures = mode is TradingMode.FUTURES
    trade = LocalTrade(
        id=1,
        pair="BTC/USDT",
        exchange="binance",
        open_rate=open_rate,
        open_date=datetime(2024, 1, 1, tzinfo=UTC),
        amount=amount,
        stake_amount=amount * open_rate / leverage,
        fee_open=fee_open,
        fee_close=fee_close,
        is_short=is_short and is_futures,
        leverage=leverage if is_futures else 1.0,
        trading_mode=mode,
        funding_fees=funding_fees if is_futures else 0.0,
    )
    theirs = trade.calc_profit(rate)

    ours = unrealised_profit(
        rate, amount, trade.open_trade_value, fee_close, bool(trade.is_short), trade.funding_fees or 0.0
    )

    lost_in_subtraction = 1e-15 * (trade.open_trade_value + amount * rate)
    assert abs(ours - theirs) <= 1e-9 * abs(theirs) + ROUNDED_BY + lost_in_subtraction
