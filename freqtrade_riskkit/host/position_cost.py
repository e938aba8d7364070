"""What a position that was added to, or sold in parts, has cost so far and not realised yet."""

from __future__ import annotations

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.marks import profit_line


def profit_line_of(trade: LocalTrade) -> tuple[float, float]:
    """Give slope and base of what closing a position of a backtest would realise; see `profit_line`.

    Freqtrade keeps the mean rate of the entries, rounded to the pair's prices, and works out
    `open_trade_value` from it; profits are realised from the exact stakes. So the stake is the figure to
    mark by: the two differ by up to half a price step a unit.
    """
    funding = unrealised_funding(trade) if trade.funding_fees else 0.0
    fee = trade.fee_open or 0.0
    open_value = trade.stake_amount * (trade.leverage or 1.0) * (1.0 - fee if trade.is_short else 1.0 + fee)
    return profit_line(trade.amount, open_value, trade.fee_close or 0.0, trade.is_short, funding)


def unrealised_funding(trade: LocalTrade) -> float:
    """Give the funding that no partial exit has realised yet: Freqtrade's sum counts all since the entry."""
    funding = trade.funding_fees or 0.0
    if not funding or len(trade.orders) < 2:
        return funding
    realised = since = 0.0
    for order in trade.orders:
        if order.ft_is_open or not order.filled:
            continue
        since += order.funding_fee or 0.0
        if order.ft_order_side != trade.entry_side:
            realised, since = realised + since, 0.0
    return funding - realised
