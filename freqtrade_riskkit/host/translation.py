"""From Freqtrade's trades and orders to the kit's records."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from operator import attrgetter, itemgetter

from freqtrade.persistence import LocalTrade, Order

from freqtrade_riskkit.core.order_states import OrderState
from freqtrade_riskkit.core.records import OrderRecord, OrderType, Purpose, Side, TradeRecord

_STATES = {
    "open": OrderState.OPEN,
    "new": OrderState.OPEN,
    "closed": OrderState.FILLED,
    "canceled": OrderState.CANCELLED,
    "cancelled": OrderState.CANCELLED,
    "expired": OrderState.EXPIRED,
    "rejected": OrderState.REJECTED,
}
_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "limit_maker": OrderType.LIMIT,
    "stop_loss": OrderType.STOP_LOSS,
    "stop_loss_limit": OrderType.STOP_LOSS,
    "stop_market": OrderType.STOP_LOSS,
    "stop": OrderType.STOP_LOSS,
    "take_profit": OrderType.TAKE_PROFIT,
    "take_profit_limit": OrderType.TAKE_PROFIT,
    "take_profit_market": OrderType.TAKE_PROFIT,
    "trailing_stop_market": OrderType.TRAILING_STOP,
}
_FILL = itemgetter("ft_order_side", "filled", "ft_is_open", "average")
_FILL_OF_ROW = attrgetter("ft_order_side", "filled", "ft_is_open", "average")
_PURPOSE_OF_TAG = {
    "stop_loss": Purpose.STOP_LOSS,
    "stoploss_on_exchange": Purpose.STOP_LOSS,
    "riskkit_stop_loss": Purpose.STOP_LOSS,
    "trailing_stop_loss": Purpose.TRAILING_STOP,
    "riskkit_trailing_stop": Purpose.TRAILING_STOP,
    "roi": Purpose.TAKE_PROFIT,
    "riskkit_take_profit": Purpose.TAKE_PROFIT,
}


def trade_record(trade: LocalTrade, account_id: str) -> TradeRecord:
    """Translate a closed trade.

    Fees are those of its filled orders at the trade's fee rates; what they leave of the net profit
    is the gross profit, funding included.

    Raises
    ------
    ValueError
        Where the trade has no close date, no close rate or no profit.
    """
    if trade.close_date is None or trade.close_profit_abs is None or trade.close_rate is None:
        raise ValueError(f"trade {trade.id} ({trade.pair}) is not closed completely")
    leverage = trade.leverage or 1.0
    fees, fills, slipped, requested = fees_of(trade), 0, 0.0, False
    plain = type(trade) is LocalTrade
    for order in trade.orders:
        read = order.__dict__.get if plain else partial(getattr, order)
        filled, asked = read("filled"), read("ft_price")
        if not filled or read("ft_is_open"):
            continue
        fills += 1
        if asked:
            requested = True
            price = read("average") or read("price") or asked
            if price != asked:
                slipped += (price - asked) * filled * (1 if read("side") == "buy" else -1)
    net = float(trade.close_profit_abs)
    return TradeRecord(
        account_id=account_id,
        trade_id=trade.id,
        pair=trade.pair,
        side=Side.SHORT if trade.is_short else Side.LONG,
        entry_rate=trade.open_rate,
        exit_rate=trade.close_rate,
        amount=trade.amount,
        stake=trade.max_stake_amount or trade.stake_amount,
        gross_pnl=net + fees,
        pnl_ratio=float(trade.close_profit or 0.0),
        fees=fees,
        net_pnl=net,
        entry_at=utc(trade.open_date),
        exit_at=utc(trade.close_date),
        enter_tag=trade.enter_tag,
        exit_reason=trade.exit_reason,
        leverage=leverage,
        fills=fills,
        realised_slippage=slipped if requested else None,
    )


def fees_of(trade: LocalTrade) -> float:
    """Add up the fees of a trade's filled orders, in stake currency.

    SQLAlchemy's way to a field is dear; a backtest's orders are never stored and have what was set.
    """
    fee_open, fee_close = trade.fee_open or 0.0, trade.fee_close or 0.0
    entry_side = "sell" if trade.is_short else "buy"
    plain, fees = type(trade) is LocalTrade, 0.0
    for order in trade.orders:
        side, filled, is_open, price = _FILL(order.__dict__) if plain else _FILL_OF_ROW(order)
        if filled and not is_open:
            price = price or order.price or order.ft_price
            fees += filled * price * (fee_open if side == entry_side else fee_close)
    return fees


def order_records(trade: LocalTrade, account_id: str) -> list[OrderRecord]:
    """Translate all orders of a trade, in the order of their placement."""
    records: list[OrderRecord] = []
    has_entered = False
    for order in trade.orders:
        records.append(_order_record(order, trade, account_id, is_first_entry=not has_entered))
        has_entered |= order.ft_order_side == trade.entry_side and bool(order.filled)
    return records


def orders_of_two(exit_reason: str | None) -> tuple[tuple[Purpose, OrderState], tuple[Purpose, OrderState]]:
    """Do as `finished_orders` does for a backtest's trade of two orders.

    It keeps filled orders only, so that two of them are the entry and the exit.
    """
    leaving = _PURPOSE_OF_TAG.get(exit_reason or "", Purpose.EXIT)
    return (Purpose.ENTRY, OrderState.FILLED), (leaving, OrderState.FILLED)


def finished_orders(trade: LocalTrade) -> list[tuple[Purpose, OrderState]]:
    """Give purpose and final state of a closed trade's orders, without the cost of their records."""
    entry_side = trade.entry_side
    finished = []
    has_entered = False
    for order in trade.orders:
        if order.ft_order_side == entry_side:
            purpose = Purpose.ADDED_ENTRY if has_entered else Purpose.ENTRY
            has_entered |= bool(order.filled)
        else:
            purpose = _purpose(order, trade, is_first_entry=False)
        status = order.status
        finished.append((purpose, OrderState.FILLED if status == "closed" else _state(order)))
    return finished


def held_by(order: Order, leverage: float) -> float:
    """Give the stake currency that an open entry order holds: its unfilled part at its price."""
    price = order.price or order.ft_price
    return order.safe_remaining * price / leverage


def utc(moment: datetime) -> datetime:
    """Give a moment with its timezone; Freqtrade's database keeps UTC without one."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _order_record(order: Order, trade: LocalTrade, account_id: str, is_first_entry: bool) -> OrderRecord:
    purpose = _purpose(order, trade, is_first_entry)
    state = _state(order)
    price = order.price or order.stop_price or order.ft_price
    amount = order.safe_amount
    placed = utc(order.order_date)
    updated = utc(order.order_update_date) if order.order_update_date else placed
    finished = None
    if state.is_terminal:
        filled_at = order.order_filled_date if order.filled else None
        finished = utc(filled_at) if filled_at else updated
    holds = purpose.adds_risk and not state.is_terminal
    return OrderRecord(
        account_id=account_id,
        order_id=order.order_id,
        trade_id=trade.id,
        pair=order.ft_pair,
        side=order.side or order.ft_order_side,
        purpose=purpose,
        type=_TYPES.get((order.order_type or "").lower(), OrderType.UNKNOWN),
        price=price,
        trigger_price=order.stop_price,
        amount=amount,
        filled=order.filled or 0.0,
        remaining=order.safe_remaining,
        average=order.average if order.filled else None,
        value=amount * price,
        state=state,
        placed_at=placed,
        updated_at=max(updated, finished or updated),
        finished_at=finished,
        reserved_capital=held_by(order, trade.leverage or 1.0) if holds else 0.0,
    )


def _state(order: Order) -> OrderState:
    state = _STATES.get((order.status or "open").lower(), OrderState.OPEN)
    if not order.ft_is_open and not state.is_terminal:
        return OrderState.CANCELLED
    if state is OrderState.OPEN and order.filled:
        return OrderState.PARTIALLY_FILLED
    return state


def _purpose(order: Order, trade: LocalTrade, is_first_entry: bool) -> Purpose:
    if order.ft_order_side == "stoploss":
        return Purpose.STOP_LOSS
    if order.ft_order_side == trade.entry_side:
        return Purpose.ENTRY if is_first_entry else Purpose.ADDED_ENTRY
    if order.ft_order_side != trade.exit_side:
        return Purpose.UNKNOWN
    by_tag = _PURPOSE_OF_TAG.get(order.ft_order_tag or "")
    if by_tag is not None:
        return by_tag
    return Purpose.EXIT if _is_whole(order, trade) else Purpose.PARTIAL_EXIT


def _is_whole(order: Order, trade: LocalTrade) -> bool:
    """Say whether an exit takes all that is held: of those that filled, the last of a closed trade."""
    if order.ft_is_open or not order.filled:
        return order.safe_amount >= trade.amount
    exits = (other for other in reversed(trade.orders) if other.ft_order_side != trade.entry_side)
    return not trade.is_open and order is next(other for other in exits if other.filled)
