"""The ladder of an open trade, read from its orders."""

from __future__ import annotations

from ccxt import DECIMAL_PLACES, TICK_SIZE
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.entry.ladder import Ladder
from freqtrade_riskkit.host.translation import held_by


def ladder_of(trade: LocalTrade, steps: int) -> Ladder:
    """Give what a trade was planned with.

    The first stake is read as up to one lot more than what filled: Freqtrade rounds amounts down to whole
    lots, and without that the last of several equal steps would never fit.

    Parameters
    ----------
    trade
        An open trade, or Freqtrade's copy of one.
    steps
        The strategy's `max_entry_position_adjustment`.
    """
    leverage = trade.leverage or 1.0
    first, added = 0.0, 0.0
    for order in trade.orders:
        if order.ft_order_side != trade.entry_side:
            continue
        stake = order.safe_filled * order.safe_price / leverage
        if order.ft_is_open:
            stake += held_by(order, leverage)
        if first == 0:
            first = stake + _lot(trade) * order.safe_price / leverage if stake else stake
        else:
            added += stake
    return Ladder(first, steps, added)


def _lot(trade: LocalTrade) -> float:
    """Give the step of a pair's amounts, in base currency; 0 where it isn't known."""
    precision, size = trade.amount_precision, trade.contract_size or 1.0
    if precision is None:
        return 0.0
    if trade.precision_mode == TICK_SIZE:
        return float(precision) * size
    return float(10.0**-precision) * size if trade.precision_mode == DECIMAL_PLACES else 0.0
